import t, { type Test } from 'tap';
import type { Detector, Instance } from '../../../src/detector.ts';
import { optionTypes } from '../../../src/options.ts';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf, type Value } from '../../../test/conformance/shelf.ts';
import { everyday } from '../../../test/conformance/streams.ts';
import zscore from './zscore.ts';

const detector: Detector = zscore;
const schema = detector.options(optionTypes);

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

/** The score by its definition: weights written out, all values kept. `decays[i]` is the step to value i. */
function definition(values: readonly Value[], decays: readonly number[], warmup: number): number[] {
  return values.map(({ value }, n) => {
    if (n < warmup) return 0;
    const weights = values.slice(0, n).map((_, i) => decays.slice(i + 1, n).reduce((a, b) => a * b, 1));
    const total = weights.reduce((a, b) => a + b);
    const mean = weights.reduce((sum, weight, i) => sum + weight * values[i]!.value, 0) / total;
    const square = weights.reduce((sum, weight, i) => sum + weight * (values[i]!.value - mean) ** 2, 0);
    return (value - mean) / Math.sqrt(square / total);
  });
}

function near(t: Test, found: number[], wanted: number[]): void {
  t.equal(found.length, wanted.length);
  const worst = found.reduce((most, score, i) => Math.max(most, Math.abs(score - wanted[i]!)), 0);
  t.ok(worst < 1e-9, `differs by ${worst}`);
}

conformance(t, zscore, [
  {},
  { memory: '1h' },
  { memory_points: 2, warmup: 2, min_stddev: 0, min_stddev_ratio: 0 },
  { memory: '1ns', warmup: 2, min_stddev: 0, min_stddev_ratio: 0 },
]);

t.test('scores are those of the definition, by points', (t) => {
  const values = everyday.slice(0, 300);
  const decays = values.map((_, i) => (i < 30 ? 1 : 1 - 1 / 50));
  near(t, scores({ memory_points: 50 }, values), definition(values, decays, 30));
  t.end();
});

t.test('scores are those of the definition, by time', (t) => {
  let time = 1.7e9;
  const values = everyday.slice(0, 300).map(({ value }, i) => {
    time += 1 + (i % 7) * 5;
    return { time, value };
  });
  const decays = values.map(({ time }, i) => (i < 30 ? 1 : Math.exp((values[i - 1]!.time - time) / 1800)));
  near(t, scores({ memory: '30m' }, values), definition(values, decays, 30));
  t.end();
});

t.test('a step never forgets more than one of `warmup` values would', (t) => {
  const values = everyday.slice(0, 100).map((value, i) => ({ ...value, time: i * 86_400 }));
  const decays = values.map((_, i) => (i < 30 ? 1 : 1 - 1 / 30));
  near(t, scores({ memory: '1m' }, values), definition(values, decays, 30));
  const back = values.map((value, i) => ({ ...value, time: -i }));
  near(t, scores({ memory: '1m' }, back), definition(values, new Array(100).fill(1), 30));
  t.end();
});

t.test('nor does the first step after an outage', (t) => {
  const values = everyday.slice(0, 200).map((value, i) => ({ ...value, time: i < 150 ? i : 1e6 + i }));
  const decays = values.map((_, i) => (i < 30 ? 1 : i === 150 ? 1 - 1 / 30 : Math.exp(-1 / 600)));
  near(t, scores({ memory: '10m' }, values), definition(values, decays, 30));
  t.end();
});

t.test('the warm-up is over once and for all', (t) => {
  // Where memory_points is as small as it may be, a weight that is rounded down would fall below warmup.
  const again: number[] = [];
  for (let warmup = 2; warmup < 300; warmup++) {
    const found = scores({ warmup, memory_points: warmup }, everyday);
    if (found.slice(warmup).some((score) => score === 0)) again.push(warmup);
  }
  t.same(again, []);
  t.end();
});

t.test('warm-up', (t) => {
  const values = everySecond([1, 2, 3, 1, 2, 3, 100]);
  for (const options of [{ warmup: 6 }, { warmup: 6, memory: '1s' }]) {
    const found = scores(options, values);
    t.same(found.slice(0, 6), [0, 0, 0, 0, 0, 0]);
    t.ok(found[6]! > 100);
    t.same(scores({ ...options, warmup: 7 }, values), [0, 0, 0, 0, 0, 0, 0]);
  }
  t.end();
});

t.test('the deviation has a floor', (t) => {
  const after = (value: number, next: number, options: object = {}) =>
    scores({ warmup: 3, ...options }, everySecond([value, value, value, next]))[3]!;
  t.equal(after(1000, 1001), 1, 'a share of the mean');
  t.equal(after(-1000, -1001), -1, 'of its magnitude');
  t.equal(after(1000, 1001, { min_stddev_ratio: 0.01 }), 0.1);
  t.equal(after(0, 1e-9), 1, 'in field units, where the mean is zero');
  t.equal(after(1000, 1008, { min_stddev: 4 }), 2, 'the larger counts');
  t.ok(Math.abs(after(0.3, 0.1 + 0.2)) < 1e-9, 'rounding is no anomaly');
  t.end();
});

t.test('the band is the mean and three deviations around it', (t) => {
  const instance = create({ warmup: 2, memory_points: 2 });
  const shelf = new Shelf(instance.width);
  for (const value of everySecond([4, 8])) shelf.step(instance, value);
  const out = new Float64Array(3);
  instance.band?.(shelf.rows, shelf.at, 2, out);
  t.same([...out], [6, 0, 12]);
  t.end();
});

t.test('state', (t) => {
  t.equal(create({}).width, 3);
  t.equal(create({ memory: '1h' }).width, 4, 'and the time of the last value');
  t.end();
});

t.test('options', (t) => {
  const refused = (options: object) =>
    schema.safeParse(options).error?.issues.map(({ path }) => path.join('.'));
  t.same(refused({ memory: '1h', memory_points: 500 }), ['memory_points'], 'the same thing twice');
  t.same(refused({ memory_points: 10 }), ['memory_points'], 'less than warmup');
  t.same(refused({ memory: '0s' }), ['memory']);
  t.same(refused({ memory_points: 1, warmup: 1 }), ['memory_points', 'warmup']);
  t.same(refused({ min_stddev: -1, min_stddev_ratio: -1 }), ['min_stddev_ratio', 'min_stddev']);
  t.equal(refused({ memory: '1h', warmup: 2000 }), undefined, 'memory_points is out of play');
  t.end();
});
