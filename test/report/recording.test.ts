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

t.test('what is beyond the columns is the greatest that they hold', async (t) => {
  const recording = new Recording('m', 'v', 'mad', 'v');
  const huge = [1e300, Number.POSITIVE_INFINITY, 5];
  for (const [time, strangeness] of huge.entries())
    recording.add({ ...plain(time, strangeness, 1), band: [1e300, Number.NEGATIVE_INFINITY, Number.NaN] });
  for (const at of [0, 1]) {
    t.ok(recording.strangeness[at]! > 3e38 && Number.isFinite(recording.strangeness[at]));
    t.ok(Number.isFinite(recording.expected[at]) && Number.isFinite(recording.lower[at]));
    t.ok(recording.lower[at]! < -3e38);
    t.ok(Number.isNaN(recording.upper[at]), 'no band stays none');
  }
  t.equal(recording.strangest(), 0);
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
