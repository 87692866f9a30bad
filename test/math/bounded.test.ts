import t from 'tap';
import { bounded, LARGEST, SMALLEST } from '../../src/math/bounded.ts';

t.test('what is not beyond the bounds stays as it is', async (t) => {
  for (const value of [0, -0, 1, -1, 5e-324, LARGEST, -LARGEST]) t.equal(bounded(value), value);
  t.equal(bounded(1e308), LARGEST);
  t.equal(bounded(-1e308), -LARGEST);
});

t.test('what is made of bounded values is finite', async (t) => {
  t.ok(Number.isFinite((2 * LARGEST) ** 2));
  t.ok(Number.isFinite((2 * LARGEST) / SMALLEST));
});
