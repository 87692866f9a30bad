import t from 'tap';
import { enough, grown, larger } from '../src/column.ts';

t.test('a grown column keeps its values and fills the rest', async (t) => {
  t.same([...grown(new Int32Array([1, 2]), 4, -1)], [1, 2, -1, -1]);
  t.same([...grown(new Uint32Array([4294967295]), 2)], [4294967295, 0]);
  t.same([...grown(new Uint8Array([255]), 2)], [255, 0]);
});

t.test('small columns double, large ones grow by an eighth', async (t) => {
  t.equal(larger(1000), 2000);
  t.equal(larger(1 << 20), 1.125 * (1 << 20));
  t.equal(larger(1000, 5000), 5000);
});

t.test('a column grows until it is long enough', async (t) => {
  t.equal(enough(1024, 1024), 1024);
  t.equal(enough(1024, 1025), 2048);
  t.equal(enough(1024, 4097), 4608);
});
