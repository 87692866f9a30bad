import t from 'tap';
import { grown, growth, larger } from '../src/column.ts';

t.test('a grown column keeps its values and fills the rest', async (t) => {
  t.same([...grown(new Int32Array([1, 2]), 4, -1)], [1, 2, -1, -1]);
  t.same([...grown(new Uint32Array([4294967295]), 2)], [4294967295, 0]);
  t.same([...grown(new Uint8Array([255]), 2)], [255, 0]);
});

t.test('small columns double, large ones grow by a quarter', async (t) => {
  t.equal(larger(1000), 2000);
  t.equal(larger(1 << 20), 1.25 * (1 << 20));
  t.equal(larger(1000, 5000), 5000);
});

t.test('what is nearly full grows soon', async (t) => {
  t.equal(growth(1024, 896), 0);
  t.equal(growth(1024, 897), 1024);
  t.equal(growth(1 << 20, 1 << 20), 1 << 18);
});
