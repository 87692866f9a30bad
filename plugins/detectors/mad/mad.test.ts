import t from 'tap';
import type { Detector, Instance } from '../../../src/detector.ts';
import { uniform } from '../../../src/math/random.ts';
import { optionTypes } from '../../../src/options.ts';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf, type Value } from '../../../test/conformance/shelf.ts';
import { goldenColumns } from '../../../test/support/golden.ts';
import mad from './mad.ts';

const detector: Detector = mad;
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const normal = (i: number) =>
  Math.sqrt(-2 * Math.log(uniform(1, i, 0))) * Math.cos(2 * Math.PI * uniform(2, i, 0));

/** The median and the deviation as the score shows them: those of the last `count` values, by its two zeros. */
function learned(values: readonly number[]): [median: number, deviation: number] {
  const instance = create({});
  const shelf = new Shelf(instance.width);
  for (const value of everySecond(values)) shelf.step(instance, value);
  const out = new Float64Array(3);
  instance.band!(shelf.rows, shelf.at, 0, out);
  return [out[0]!, ((out[2]! - out[0]!) / 3) * 0.67449];
}

conformance(t, mad, [
  {},
  { memory: '1h' },
  { memory: '1ns', warmup: 2, min_spread: 0 },
  { memory_points: 2, warmup: 2, min_spread: 0, min_spread_ratio: 0 },
]);

const shapes: Record<string, (i: number) => number> = {
  'a bell curve': normal,
  'one that is skewed': (i) => Math.exp(normal(i)),
  'heavy tails': (i) => normal(i) / uniform(3, i, 0),
  'one in ten is far off': (i) => normal(i) + (uniform(3, i, 0) < 0.1 ? 20 : 0),
  'values a hundred million from zero': (i) => 1e8 + normal(i),
  'values a million times smaller': (i) => 1e-6 * normal(i),
};
for (const [name, draw] of Object.entries(shapes)) {
  t.test(`median and deviation are about those of the last values: ${name}`, (t) => {
    const values = Array.from({ length: 8000 }, (_, i) => draw(i));
    const instance = create({ min_spread: 0, min_spread_ratio: 0 });
    const shelf = new Shelf(instance.width);
    const out = new Float64Array(3);
    for (const [n, value] of values.entries()) {
      shelf.step(instance, { time: n, value });
      if (n !== 299 && n !== 999 && n !== 7999) continue;
      instance.band!(shelf.rows, shelf.at, n, out);
      const window = values.slice(Math.max(0, n - 1999), n + 1);
      const middle = median(window);
      const deviation = median(window.map((value) => Math.abs(value - middle)));
      t.ok(Math.abs(out[0]! - middle) < 0.3 * deviation, `median ${out[0]}, not ${middle}`);
      const found = (0.6744897501960817 * (out[2]! - out[0]!)) / 3;
      // The floor by the mean deviation may raise it where the tails are heavy.
      t.ok(found > 0.8 * deviation && found < 2.5 * deviation, `deviation ${found}, not ${deviation}`);
    }
    t.end();
  });
}

t.test('it ranks values as the deviation from the exact median of a window does', (t) => {
  const { value, label, mad } = goldenColumns('streams.csv');
  const found = scores({ memory_points: 60, warmup: 60 }, everySecond(value!)).map(Math.abs);
  const area = (strangeness: readonly number[]) => {
    const at = [...strangeness.keys()].filter((i) => !Number.isNaN(mad![i]!));
    const spikes = at.filter((i) => label![i] === 1).map((i) => strangeness[i]!);
    const others = at.filter((i) => label![i] === 0).map((i) => strangeness[i]!);
    const wins = spikes.reduce((sum, spike) => sum + others.filter((other) => spike > other).length, 0);
    return wins / spikes.length / others.length;
  };
  t.equal(area(mad!.map(Math.abs)), 1);
  t.ok(area(found) > 0.999);
  t.end();
});

t.test('outliers do not hide one another', (t) => {
  const values = Array.from({ length: 2000 }, (_, i) => (i > 1000 && i % 20 === 0 ? 1e6 : normal(i)));
  const found = scores({}, everySecond(values));
  t.ok(found.every((score, i) => score > 20 === values[i]! > 20 || i < 100));
  t.end();
});

t.test('most values equal: the mean deviation takes the place of the median one', (t) => {
  const values = Array.from({ length: 20_000 }, (_, i) => (uniform(1, i, 0) < 0.6 ? 0 : 1));
  const found = scores({}, everySecond(values)).slice(-1000);
  t.ok(Math.max(...found) < 6, 'four of ten values are no anomaly');
  const [middle, deviation] = learned(values);
  t.ok(Math.abs(middle) < 0.05);
  t.ok(deviation > 0.1);
  t.end();
});

t.test('a lasting shift becomes the median within a few memories', (t) => {
  const values = Array.from({ length: 4000 }, (_, i) => normal(i) + (i < 1000 ? 0 : 30));
  const found = scores({}, everySecond(values));
  t.ok(found[1001]! > 10);
  t.ok(Math.abs(median(found.slice(-100))) < 1);
  t.end();
});

t.test('a memory in time is as long whatever the step', (t) => {
  /** Seconds until a shift is the median. */
  const followed = (step: number, options: object) => {
    const values = Array.from({ length: 8000 }, (_, i) => ({
      time: 1.7e9 + step * i,
      value: normal(i) + (i < 4000 ? 0 : 30),
    }));
    const last = scores({ warmup: 10, ...options }, values).findLastIndex((score) => score > 15);
    return step * (last - 4000);
  };
  const bySecond = followed(1, { memory: '1000s' });
  t.ok(Math.abs(bySecond / followed(1, { memory_points: 1000 }) - 1) < 0.2, 'as so many points of a second');
  t.ok(
    Math.abs(bySecond / followed(10, { memory: '1000s' }) - 1) < 0.2,
    'and ten times sooner in points of ten',
  );
  t.end();
});

t.test('warm-up', (t) => {
  const values = everySecond([1, 2, 3, 1, 2, 3, 100]);
  const found = scores({ warmup: 6 }, values);
  t.same(found.slice(0, 6), [0, 0, 0, 0, 0, 0]);
  t.ok(found[6]! > 30);
  t.same(scores({ warmup: 7 }, values), [0, 0, 0, 0, 0, 0, 0]);
  t.end();
});

t.test('the deviation has a floor', (t) => {
  const after = (value: number, next: number, options: object = {}) =>
    scores({ warmup: 3, ...options }, everySecond([value, value, value, next]))[3]!;
  t.equal(after(1000, 1001), 1, 'a share of the median');
  t.equal(after(-1000, -1001), -1, 'of its magnitude');
  t.equal(after(0, 1e-9), 1, 'in field units, where the median is zero');
  t.equal(after(1000, 1008, { min_spread: 4 }), 2, 'the larger counts');
  t.ok(Math.abs(after(0.3, 0.1 + 0.2)) < 1e-9, 'rounding is no anomaly');
  t.end();
});

t.test('options', (t) => {
  const refused = (options: object) =>
    schema.safeParse(options).error?.issues.map(({ path }) => path.join('.'));
  t.same(refused({ memory_points: 50 }), ['memory_points'], 'less than warmup');
  t.same(refused({ memory_points: 1, warmup: 1 }), ['memory_points', 'warmup']);
  t.same(refused({ memory: '1h', memory_points: 500 }), ['memory_points'], 'the same thing twice');
  t.same(refused({ memory: '0s' }), ['memory']);
  t.equal(refused({ memory: '1h', warmup: 2000 }), undefined, 'memory_points is out of play');
  t.equal(create({}).width, 4);
  t.equal(create({ memory: '1h' }).width, 5, 'and the time of the last value');
  t.end();
});
