import t, { type Test } from 'tap';
import type { Detector, Instance } from '../../../src/detector.ts';
import { optionTypes } from '../../../src/options.ts';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf, type Value } from '../../../test/conformance/shelf.ts';
import { everyday } from '../../../test/conformance/streams.ts';
import { goldenColumns } from '../../../test/support/golden.ts';
import ewma from './ewma.ts';

const detector: Detector = ewma;
const schema = detector.options(optionTypes);
const BARE = { min_stddev: 0, min_stddev_ratio: 0 };

function create(options: object): Instance {
  return detector.create(schema.parse(options));
}

function scores(options: object, values: readonly Value[]): number[] {
  const instance = create(options);
  const shelf = new Shelf(instance.width);
  return values.map((value) => shelf.step(instance, value));
}

function everySecond(values: readonly number[]): Value[] {
  return values.map((value, i) => ({ time: i, value }));
}

/** The mean and the mean square distance from it, of values in their order, with the weights written out. */
function weighted(values: readonly number[], memory: number): [mean: number, deviation: number] {
  const shares = values.map((_, i) => Math.max(1 / memory, 1 / (i + 1)));
  const weights = values.map((_, i) =>
    shares.slice(i + 1).reduce((left, share) => left * (1 - share), shares[i]!),
  );
  const mean = weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0);
  const square = weights.reduce((sum, weight, i) => sum + weight * (values[i]! - mean) ** 2, 0);
  return [mean, Math.sqrt(square)];
}

function definition(values: readonly number[], smoothing: number, memory: number, warmup: number): number[] {
  const shorts: number[] = [];
  return values.map((_, n) => {
    const short = weighted(values.slice(0, n + 1), 1 / smoothing)[0];
    const [mean, deviation] = weighted(shorts, memory);
    shorts.push(short);
    return n < warmup ? 0 : (short - mean) / deviation;
  });
}

function near(t: Test, found: readonly number[], wanted: readonly number[], tolerance: number): void {
  t.equal(found.length, wanted.length);
  const worst = found.reduce((most, score, i) => Math.max(most, Math.abs(score - wanted[i]!)), 0);
  t.ok(worst < tolerance, `differs by ${worst}`);
}

conformance(t, ewma, [
  {},
  { memory: '1h' },
  { memory: '1ns', warmup: 2, ...BARE },
  { smoothing: 1, memory_points: 2, warmup: 2, ...BARE },
]);

t.test('scores are those of the definition', (t) => {
  const values = everyday.slice(0, 300);
  const numbers = values.map(({ value }) => value);
  near(t, scores({ memory_points: 100 }, values), definition(numbers, 0.2, 100, 100), 1e-9);
  near(t, scores({ smoothing: 0.07, warmup: 40 }, values), definition(numbers, 0.07, 1000, 40), 1e-9);
  t.end();
});

t.test('scores are those of the definition, by time', (t) => {
  // Means in which each value fades with its own age, and all of them in the warm-up stay as they are.
  let time = 1.7e9;
  const values = everyday.slice(0, 300).map(({ value }, i) => {
    time += 1 + (i % 7) * 5;
    return { time, value };
  });
  const age = (from: number, to: number) => Math.max(0, values[to]!.time - values[Math.max(from, 99)]!.time);
  const shorts: number[] = [];
  let short = 0;
  const wanted = values.map(({ value }, n) => {
    short += (n < 5 ? 1 / (n + 1) : 0.2) * (value - short);
    const weights = shorts.map((_, i) => Math.exp(-age(i, n - 1) / 7200));
    const total = weights.reduce((a, b) => a + b, 0);
    const mean = weights.reduce((sum, weight, i) => sum + weight * shorts[i]!, 0) / total;
    const square = weights.reduce((sum, weight, i) => sum + weight * (shorts[i]! - mean) ** 2, 0) / total;
    shorts.push(short);
    return n < 100 ? 0 : (short - mean) / Math.sqrt(square);
  });
  near(t, scores({ memory: '2h', ...BARE }, values), wanted, 1e-9);
  t.end();
});

t.test('with smoothing = 1 they are the exponentially weighted z-score', (t) => {
  const { value, ewma } = goldenColumns('streams.csv');
  const found = scores({ smoothing: 1, memory_points: 10, warmup: 2, ...BARE }, everySecond(value!));
  // The golden share is 0.1 from the first value on, where ours is 1 / n at first: the difference fades.
  const from = 300;
  near(t, found.slice(from), ewma!.slice(from), 1e-4);
  t.end();
});

t.test('a small shift that no single value shows', (t) => {
  const values = everyday.map(({ time }, i) => ({ time, value: Math.sin(i * 2.3) + (i < 500 ? 0 : 1.5) }));
  const flagged = (options: object) => scores(options, values).filter((score) => score >= 6).length;
  t.equal(flagged({ smoothing: 1, warmup: 100 }), 0);
  t.ok(flagged({ smoothing: 0.2, warmup: 100 }) > 10);
  t.end();
});

t.test('the deviation is that of the short memory: values that follow one another raise no alarm', (t) => {
  let state = 0;
  const values = everySecond(
    Array.from({ length: 5000 }, (_, i) => {
      state = 0.95 * state + Math.sin(i * i);
      return state;
    }),
  );
  t.equal(scores({}, values).filter((score) => Math.abs(score) > 6).length, 0);
  t.end();
});

t.test('warm-up', (t) => {
  const values = everySecond([1, 2, 3, 1, 2, 3, 100]);
  const found = scores({ warmup: 6 }, values);
  t.same(found.slice(0, 6), [0, 0, 0, 0, 0, 0]);
  t.ok(found[6]! > 10);
  t.same(scores({ warmup: 7 }, values), [0, 0, 0, 0, 0, 0, 0]);
  t.end();
});

t.test('the deviation has a floor', (t) => {
  const after = (value: number, next: number, options: object = {}) =>
    scores({ warmup: 3, smoothing: 0.5, ...options }, everySecond([value, value, value, next]))[3]!;
  t.equal(after(1000, 1002), 1, 'a share of the mean');
  t.equal(after(-1000, -1002), -1, 'of its magnitude');
  t.equal(after(0, 2e-9), 1, 'in field units, where the mean is zero');
  t.equal(after(1000, 1008, { min_stddev: 4 }), 1, 'the larger counts');
  t.ok(Math.abs(after(0.3, 0.1 + 0.2)) < 1e-9, 'rounding is no anomaly');
  t.end();
});

t.test('the band holds the values that alone would leave the short memory within three deviations', (t) => {
  const instance = create({ warmup: 2, memory_points: 2, smoothing: 1 });
  const shelf = new Shelf(instance.width);
  for (const value of everySecond([4, 8])) shelf.step(instance, value);
  const out = new Float64Array(3);
  instance.band?.(shelf.rows, shelf.at, 2, out);
  t.same([...out], [6, 0, 12]);
  t.end();
});

t.test('options', (t) => {
  const refused = (options: object) =>
    schema.safeParse(options).error?.issues.map(({ path }) => path.join('.'));
  t.same(refused({ memory_points: 50 }), ['memory_points'], 'less than warmup');
  t.same(refused({ smoothing: 0.001 }), ['smoothing'], 'no shorter than the long memory');
  t.equal(refused({ smoothing: 1, warmup: 2, memory_points: 2 }), undefined);
  t.same(refused({ memory: '1h', memory_points: 500 }), ['memory_points'], 'the same thing twice');
  t.same(refused({ memory: '0s' }), ['memory']);
  t.equal(refused({ memory: '1h', warmup: 2000 }), undefined, 'memory_points is out of play');
  t.equal(create({}).width, 4);
  t.equal(create({ memory: '1h' }).width, 5, 'and the time of the last value');
  t.end();
});
