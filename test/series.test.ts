import t from 'tap';
import { SeriesTable, UNWATCHED } from '../src/series.ts';

t.test('a series is a tag set and a field key', async (t) => {
  const table = new SeriesTable();
  table.enter(0, true);
  table.enter(1, true);
  t.equal(table.find(0, 0), -1);
  t.equal(table.add(0, 0), 0);
  t.equal(table.add(1, 0), 1);
  t.equal(table.add(0, 5), 2);
  t.equal(table.add(0, 3), 3);
  t.same(
    [table.find(0, 0), table.find(0, 5), table.find(0, 3), table.find(1, 0), table.find(1, 5)],
    [0, 2, 3, 1, -1],
  );
});

t.test('the field before it on the point is only a hint', async (t) => {
  const table = new SeriesTable();
  table.enter(0, true);
  table.enter(1, true);
  const [a, b, c] = [table.add(0, 10), table.add(0, 11), table.add(0, 12)];
  table.add(1, 11);
  t.same([table.find(0, 11, a), table.find(0, 12, b), table.find(0, 10, c)], [b, c, a]);
  t.same([table.find(0, 12, a), table.find(0, 11, c), table.find(0, 13, c)], [c, b, -1]);
});

t.test('an alias leads to the series of another tag set', async (t) => {
  const table = new SeriesTable();
  table.enter(0, true);
  table.enter(1, true);
  table.alias(1, 0);
  t.same([table.canonical(0), table.canonical(1)], [0, 0]);
  table.enter(2, false);
  table.enter(3, true);
  table.alias(3, 2);
  t.same([table.canonical(2), table.canonical(3)], [UNWATCHED, UNWATCHED]);
});

t.test('it grows', async (t) => {
  const table = new SeriesTable();
  for (let set = 0; set < 5000; set++) {
    table.enter(set, true);
    table.add(set, 0);
    table.add(set, 1);
  }
  t.equal(table.size, 10_000);
  let right = true;
  for (let set = 0; set < 5000; set++)
    right &&= table.find(set, 0) === 2 * set && table.find(set, 1) === 2 * set + 1;
  t.ok(right);
});
