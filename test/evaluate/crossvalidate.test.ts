import t from 'tap';
import { CrossValidation, splitsOf } from '../../src/evaluate/crossvalidate.ts';
import { Curve } from '../../src/evaluate/curve.ts';
import { PROFILES, Worth } from '../../src/evaluate/nab.ts';

t.test('splits are halves, by the seed', async (t) => {
  const splits = splitsOf(31, 20, 1);
  t.equal(splits.length, 20);
  t.same(new Set(splits.map((halfOf) => halfOf.reduce((a, b) => a + b, 0))), new Set([15]));
  t.equal(new Set(splits.map((halfOf) => halfOf.join(''))).size, 20, 'all different');
  t.same(splitsOf(31, 20, 1), splits);
  t.notSame(splitsOf(31, 20, 2), splits);
  const often = Array.from({ length: 31 }, (_, at) => splits.filter((halfOf) => halfOf[at] === 1).length);
  t.ok(
    often.every((times) => times >= 3 && times <= 17),
    `every series changes sides: ${often}`,
  );
});

const { standard } = PROFILES;
const worth = new Worth({ values: new Float64Array(6), windows: [{ first: 2, last: 3 }] });
/** A stream with this score in its window's first row, and that one outside. */
const stream = (inside: number, outside: number) => Float64Array.of(outside, 0, inside, 0, 0, 0);
const worths = [worth, worth];

t.test('each half is scored by what the other chose', async (t) => {
  const curve = new Curve('raw', worths, [stream(5, 0), stream(4, 0)]);
  const validation = new CrossValidation([Uint8Array.of(0, 1)], 2, standard);
  validation.offer(curve);
  // The first chooses 5 and misses the window of the second; the second chooses 4 and finds the first's.
  t.same(validation.result, { mean: 50, deviation: 0, splits: [50] });
});

t.test('the best offer on the own half counts, whatever it does on the other', async (t) => {
  const validation = new CrossValidation([Uint8Array.of(0, 1), Uint8Array.of(1, 0)], 2, standard);
  // Good on the first series, silent on the second; then the other way round.
  validation.offer(new Curve('raw', worths, [stream(5, 0), stream(0, 0)]));
  validation.offer(new Curve('raw', worths, [stream(0, 0), stream(5, 0)]));
  t.match(validation.result, { mean: 0, splits: [0, 0] });
  const fair = new CrossValidation([Uint8Array.of(0, 1)], 2, standard);
  fair.offer(new Curve('raw', worths, [stream(0, 0), stream(0, 0)]));
  fair.offer(new Curve('raw', worths, [stream(5, 1), stream(5, 1)]));
  fair.offer(new Curve('raw', worths, [stream(0, 5), stream(0, 5)]));
  t.match(fair.result, { mean: 100 });
});

t.test('mean and standard deviation over the splits', async (t) => {
  const four = [worth, worth, worth, worth];
  const curve = new Curve('raw', four, [stream(5, 0), stream(5, 0), stream(4, 0), stream(4, 0)]);
  const validation = new CrossValidation([Uint8Array.of(0, 1, 0, 1), Uint8Array.of(0, 0, 1, 1)], 4, standard);
  validation.offer(curve);
  const { mean, deviation, splits } = validation.result;
  t.same(splits, [100, 50]);
  t.equal(mean, 75);
  t.ok(Math.abs(deviation - Math.sqrt(1250)) < 1e-9, 'n - 1');
});

t.test('a half without anything to find chooses no detection', async (t) => {
  const calm = new Worth({ values: new Float64Array(6), windows: [] });
  const validation = new CrossValidation([Uint8Array.of(0, 1)], 1, standard);
  validation.offer(new Curve('raw', [worth, calm], [stream(5, 0), stream(0, 7)]));
  // The calm half would rather hear nothing, so the window is missed; the other chooses 5, and 7 is a false alarm.
  const [score] = validation.result.splits;
  t.ok(Math.abs(score! - (100 * -0.11) / 2) < 1e-9, `${score}`);
});
