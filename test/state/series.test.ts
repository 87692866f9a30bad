import t from 'tap';
import { SeriesTable } from '../../src/state/series.ts';

t.test('a series is a tag set and a field key', async (t) => {
  const table = new SeriesTable();
  table.enter(0, true);
  table.enter(1, true);
  t.equal(table.find(0, 0), -1);
  t.equal(table.add(0, 0, false), 0);
  t.equal(table.add(1, 0, false), 1);
  t.equal(table.add(0, 5, false), 2);
  t.equal(table.add(0, 3, false), 3);
  t.same(
    [table.find(0, 0), table.find(0, 5), table.find(0, 3), table.find(1, 0), table.find(1, 5)],
    [0, 2, 3, 1, -1],
  );
});

t.test('the field before it on the point is only a hint', async (t) => {
  const table = new SeriesTable();
  table.enter(0, true);
  table.enter(1, true);
  const [a, b, c] = [table.add(0, 10, false), table.add(0, 11, false), table.add(0, 12, false)];
  table.add(1, 11, false);
  t.same([table.find(0, 11, a), table.find(0, 12, b), table.find(0, 10, c)], [b, c, a]);
  t.same([table.find(0, 12, a), table.find(0, 11, c), table.find(0, 13, c)], [c, b, -1]);
});

t.test('series of a tag set that has gone are given again', async (t) => {
  const table = new SeriesTable();
  for (const tagSet of [0, 1]) {
    table.enter(tagSet, true);
    for (const field of [7, 8, 9]) table.add(tagSet, field, field === 9);
  }
  table.remove(0);
  t.equal(table.size, 3);
  t.equal(table.first(0), -1);
  table.enter(2, true);
  const again = [table.add(2, 8, false), table.add(2, 7, false), table.add(2, 6, false)];
  t.same([...again].sort(), [0, 1, 2]);
  t.same(
    again.map((series) => table.isScore(series)),
    [false, false, false],
  );
  t.same(
    [7, 8, 9].map((field) => table.find(1, field)),
    [3, 4, 5],
    'the others are where they were',
  );
  t.same([table.find(2, 8), table.find(2, 9)], [again[0], -1]);
});

t.test('a tag set in doubt keeps its series', async (t) => {
  const table = new SeriesTable();
  table.enter(0, true);
  table.enter(1, false);
  table.enter(2, true);
  const [a, b] = [table.add(0, 0, false), table.add(0, 1, false)];
  table.doubt();
  table.doubt();
  t.same(
    [0, 1, 2].map((tagSet) => table.isInDoubt(tagSet)),
    [true, true, true],
  );
  t.same(
    [0, 1, 2].map((tagSet) => table.first(tagSet)),
    [a, -1, -1],
  );
  table.settle(0, false);
  table.settle(1, true);
  table.settle(2, false);
  t.same(
    [0, 1, 2].map((tagSet) => table.isInDoubt(tagSet)),
    [false, false, false],
  );
  t.same([table.find(0, 0), table.find(0, 1)], [a, b]);
  t.same(
    [0, 1, 2].map((tagSet) => table.isUnwatched(tagSet)),
    [false, false, true],
  );
});

t.test('it grows', async (t) => {
  const table = new SeriesTable();
  for (let set = 0; set < 5000; set++) {
    table.enter(set, true);
    table.add(set, 0, false);
    table.add(set, 1, false);
  }
  t.equal(table.size, 10_000);
  let right = true;
  for (let set = 0; set < 5000; set++)
    right &&= table.find(set, 0) === 2 * set && table.find(set, 1) === 2 * set + 1;
  t.ok(right);
});
