import t from 'tap';
import { Recording } from '../../src/report/recording.ts';

const plain = (time: number, strangeness = 0, level = 0) => ({
  time,
  value: time / 2,
  band: [1, 0, 2],
  strangeness,
  level,
});

t.test('columns grow, and hold what was added', async (t) => {
  const recording = new Recording('m,host=a', 'v', 'zscore', 'v');
  for (let i = 0; i < 1000; i++) recording.add(plain(i));
  recording.add({ ...plain(1000), band: undefined, strangeness: Number.NaN });
  t.equal(recording.count, 1001);
  t.equal(recording.value[999], 499.5);
  t.equal(recording.upper[999], 2);
  t.ok(Number.isNaN(recording.upper[1000]));
  t.equal(recording.strangeness[1000], 0, 'what is no number is not strange');
  recording.beginAfresh('the rise of v a second');
  t.equal(recording.count, 0);
});

t.test('alarms are what is flagged without a break', async (t) => {
  const recording = new Recording('m', 'v', 'zscore', 'v');
  const levels = [1, 0, 0, 1, 2, 1, 0, 1];
  for (const [time, level] of levels.entries()) recording.add(plain(time, time === 4 ? 9 : level, level));
  t.strictSame(recording.alarms, [
    { first: 0, last: 0, peak: 0, level: 1 },
    { first: 3, last: 5, peak: 4, level: 2 },
    { first: 7, last: 7, peak: 7, level: 1 },
  ]);
  t.equal(recording.strangest(), 4);
});
