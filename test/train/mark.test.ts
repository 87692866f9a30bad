import t from 'tap';
import { decodeMark, encodeMark } from '../../src/train/mark.ts';

const mark = {
  number: 258,
  session: 3,
  history: 'a.influx (12 bytes)',
  position: { file: 0, offset: 7 },
  finished: false,
  points: 4,
  config: 'ab',
};

t.test('what is written is read', async (t) => {
  t.strictSame(decodeMark(encodeMark(mark)), mark);
  t.equal(encodeMark(mark).readUInt32LE(0), 258, 'the number comes first');
});

t.test('what is missing or damaged is no mark', async (t) => {
  t.equal(decodeMark(undefined), undefined);
  t.equal(decodeMark(Buffer.alloc(2)), undefined);
  const damaged = encodeMark(mark);
  damaged[20]! ^= 1;
  t.equal(decodeMark(damaged), undefined);
});
