import t from 'tap';
import { Batch } from '../src/batch.ts';
import { Reader } from '../src/read.ts';
import { parsed } from './support/points.ts';

t.test('there is room for the densest block there can be', async (t) => {
  const values = Array.from({ length: 5000 }, () => 'a=1').join(',');
  t.equal(parsed(`m ${values}\n`).points[0]?.fields.length, 5000);
  t.equal(parsed('m a=1\n'.repeat(5000)).points.length, 5000);
});

t.test('columns are reused', async (t) => {
  const batch = new Batch();
  const reader = new Reader();
  batch.reset(reader.add(Buffer.alloc(1000)));
  const { value, keyStart } = batch;
  batch.points = batch.values = batch.lines = batch.malformed = 5;
  batch.reset(reader);
  t.equal(batch.value, value);
  t.equal(batch.keyStart, keyStart);
  t.same([batch.points, batch.values, batch.lines, batch.malformed, batch.end], [0, 0, 0, 0, 0]);
});
