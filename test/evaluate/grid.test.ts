import { join } from 'node:path';
import t, { type Test } from 'tap';
import { combinations, readGrids } from '../../src/evaluate/grid.ts';

const file = (t: Test, text: string) => join(t.testdir({ 'grid.toml': text }), 'grid.toml');

t.test('grids by detector', async (t) => {
  const { grids } = readGrids(file(t, '[detectors.a]\nx = [1, 2]\ny = ["1h"]\n[detectors.b]\nz = [true]\n'));
  t.same([...grids.keys()], ['a', 'b']);
  t.same({ ...grids.get('a') }, { x: [1, 2], y: ['1h'] });
});

t.test('the data that constants were found on', async (t) => {
  const read = (text: string) => readGrids(file(t, `[detectors.a]\nx = [1]\n${text}`)).foundOn;
  t.same([...read('')], []);
  t.same([...read('[found_on]\na = "some data"\n')], [['a', 'some data']]);
  t.throws(() => read('[found_on]\na = ["some data"]\n'), { code: 'EVALUATE_GRID' });
});

t.test('what is no grid', async (t) => {
  const refused = { code: 'EVALUATE_GRID' };
  t.throws(() => readGrids(join(t.testdir({}), 'none.toml')), refused);
  t.throws(() => readGrids(file(t, 'x = [')), { ...refused, message: /grid\.toml:1:/ });
  t.throws(() => readGrids(file(t, '[grid]\nx = [1]\n')), refused);
  t.throws(() => readGrids(file(t, 'found_on = "some data"\n[detectors.a]\nx = [1]\n')), refused);
  t.throws(() => readGrids(file(t, '[[detectors.a]]\nx = [1]\n')), refused, 'as a config has it');
  t.throws(() => readGrids(file(t, '[detectors.a]\nx = 1\n')), { ...refused, message: /x has none/ });
  t.throws(() => readGrids(file(t, '[detectors.a]\nx = []\n')), refused);
});

t.test('every combination', async (t) => {
  t.same(combinations({ x: [1, 2], y: ['a', 'b'] }, 64, 1), [
    { x: 1, y: 'a' },
    { x: 1, y: 'b' },
    { x: 2, y: 'a' },
    { x: 2, y: 'b' },
  ]);
  t.same(combinations({}, 64, 1), [{}], 'without options the one that there is');
});

t.test('of too many some by chance, in their order, by the seed', async (t) => {
  const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const some = (seed: number) =>
    combinations({ x: ten, y: ten }, 64, seed).map(({ x, y }) => 10 * Number(x) + Number(y));
  const numbers = some(1);
  t.equal(numbers.length, 64);
  t.same(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  t.equal(new Set(numbers).size, 64);
  t.same(some(1), numbers);
  t.notSame(some(2), numbers);
  t.ok(numbers.some((number) => number < 10) && numbers.some((number) => number >= 90), 'from all over');
});
