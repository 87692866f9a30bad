import t from 'tap';
import { uniform } from '../../src/math/random.ts';

const COUNT = 100_000;

/** Pearson's chi-square of the counts in equal bins, in standard deviations from what chance gives. */
function unevenness(values: Iterable<number>, bins: number): number {
  const counts = new Uint32Array(bins);
  let total = 0;
  for (const value of values) {
    counts[Math.floor(value * bins)]!++;
    total++;
  }
  const expected = total / bins;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chiSquare - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}

/** Arguments as they come in practice: far from random themselves. */
const streams: Record<string, (i: number) => number> = {
  'time in steps of a second': (i) => uniform(1, 1.7e9 + i, 0),
  'small integer values at one time': (i) => uniform(1, 1.7e9, i),
  'values a rounding apart': (i) => uniform(1, 1.7e9, 50 + i * 2 ** -47),
  'time and value in step': (i) => uniform(1, i, i),
  seeds: (i) => uniform(i, 1.7e9, 50),
};

for (const [name, draw] of Object.entries(streams)) {
  t.test(`uniform over ${name}`, (t) => {
    const values = Array.from({ length: COUNT }, (_, i) => draw(i));
    t.ok(
      values.every((value) => value > 0 && value < 1),
      'within the open interval',
    );
    t.ok(Math.abs(unevenness(values, 256)) < 5, 'the leading bits are even');
    const rests = values.map((value) => (value * 2 ** 20) % 1);
    t.ok(Math.abs(unevenness(rests, 256)) < 5, 'the middle bits are even');
    const lasts = values.map((value) => (value * 2 ** 44) % 1);
    t.ok(Math.abs(unevenness(lasts, 256)) < 5, 'the last bits are even');
    const pairs = values.slice(1).map((value, i) => (Math.floor(values[i]! * 16) + value) / 16);
    t.ok(Math.abs(unevenness(pairs, 256)) < 5, 'a value says nothing of the next');
    t.end();
  });
}

t.test('the arguments alone decide', (t) => {
  t.equal(uniform(1, 2, 3), uniform(1, 2, 3));
  t.equal(uniform(1, 2, -0), uniform(1, 2, 0), 'negative zero is zero');
  t.not(uniform(1, 2, 3), uniform(2, 2, 3));
  t.not(uniform(1, 2, 3), uniform(1, 3, 2), 'order counts');
  t.not(uniform(1, 2, 2), uniform(1, 3, 3), 'equal words do not cancel');
  t.end();
});
