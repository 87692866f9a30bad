import t from 'tap';
import { everyday } from '../../../test/conformance/streams.ts';
import { levelOf } from './level.ts';

const values = everyday.slice(0, 250).map(({ value }) => value);
const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value / numbers.length, 0);

t.test('window: the mean of the last values, all there are at first', (t) => {
  const level = levelOf('window', 20);
  const row = new Float64Array(1 + level.width + 1).fill(0);
  t.equal(level.of(row, 1), 0);
  values.forEach((value, i) => {
    level.learn(row, 1, value, i);
    const wanted = mean(values.slice(Math.max(0, i - 19), i + 1));
    if (Math.abs(level.of(row, 1) - wanted) > 1e-12 * wanted)
      t.fail(`${i}: ${level.of(row, 1)}, not ${wanted}`);
  });
  t.same([row[0], row.at(-1)], [0, 0], 'within its part of the row');
  t.end();
});

t.test('window: a huge value leaves nothing behind once its round is over', (t) => {
  const level = levelOf('window', 10);
  const row = new Float64Array(level.width);
  const stream = [...values.slice(0, 5), 1e150, ...values.slice(0, 30)];
  for (const [i, value] of stream.entries()) level.learn(row, 0, value, i);
  t.ok(Math.abs(level.of(row, 0) - mean(values.slice(20, 30))) < 1e-9);
  t.end();
});

t.test('smooth: the plain mean at first, then one that fades', (t) => {
  const level = levelOf('smooth', 50);
  const row = new Float64Array(level.width);
  for (const [i, value] of values.entries()) level.learn(row, 0, value, i);
  const shares = values.map((_, i) => 1 / Math.min(i + 1, 50));
  const weights = shares.map((share, i) =>
    shares.slice(i + 1).reduce((left, later) => left * (1 - later), share),
  );
  const wanted = weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0);
  t.ok(Math.abs(level.of(row, 0) - wanted) < 1e-9);
  t.end();
});

t.test('none: zero, and no state', (t) => {
  const level = levelOf('none', 50);
  level.learn(new Float64Array(0), 0, 5, 0);
  t.same([level.width, level.of(new Float64Array(0), 0)], [0, 0]);
  t.end();
});
