import t from 'tap';
import type { Detector, Instance } from '../../../src/detector.ts';
import { uniform } from '../../../src/math/random.ts';
import { optionTypes } from '../../../src/options.ts';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf } from '../../../test/conformance/shelf.ts';
import { goldenColumns, goldenJson } from '../../../test/support/golden.ts';
import spot from './spot.ts';

const detector: Detector = spot;
const schema = detector.options(optionTypes);
const BARE = { min_distance: 0, min_distance_ratio: 0 };
const PUBLISHED = { ...BARE, guard: false, max_excesses: 1000 };
/** Values of a series of one a minute. */
const DAY = 1440;

function create(options: object): Instance {
  return detector.create(schema.parse(options));
}

function scores(options: object, values: readonly number[]): number[] {
  const instance = create(options);
  const shelf = new Shelf(instance.width);
  return values.map((value, i) => shelf.step(instance, { time: 60 * i, value }));
}

const flagged = (found: readonly number[]) => found.filter((score) => Math.abs(score) >= 1).length;

const normal = (i: number, seed = 1) =>
  Math.sqrt(-2 * Math.log(uniform(seed, i, 0))) * Math.cos(2 * Math.PI * uniform(seed + 1, i, 0));

function series(days: number, value: (i: number) => number): number[] {
  return Array.from({ length: days * DAY }, (_, i) => value(i));
}

const small = { warmup: 40, drift_points: 20, max_excesses: 10 };
conformance(t, spot, [
  { warmup: 150, drift_points: 50 },
  { ...small, side: 'upper', drift: 'window', level: 0.9, q: 0.01 },
  { ...small, side: 'lower', drift: 'none', level: 0.9, ...BARE },
  { ...small, guard: false, drift: 'window', level: 0.9, ...BARE },
  { warmup: 200, guard: false, drift: 'none', max_excesses: 11, side: 'lower' },
]);

interface Limits {
  readonly every50: boolean;
  readonly values: [place: number, limit: number][];
}
interface Golden {
  readonly name: string;
  readonly series: string;
  readonly both: boolean;
  readonly q: number;
  readonly warmup: number;
  readonly depth: number;
  readonly length: number;
  readonly alarms: number[];
  readonly upper: Limits;
  readonly lower: Limits | null;
}

/** What is largest of the errors of the limits, in parts of them. */
function worst({ every50, values }: Limits, found: readonly number[]): number {
  let most = 0;
  values.forEach(([place, limit], i) => {
    const end = every50 ? place + 1 : (values[i + 1]?.[0] ?? found.length);
    for (const limitFound of found.slice(place, end)) most = Math.max(most, Math.abs(limitFound / limit - 1));
  });
  return most;
}

for (const golden of goldenJson<Golden[]>('spot/limits.json')) {
  t.test(`golden: ${golden.name}`, (t) => {
    const { both, q, warmup, depth } = golden;
    const drift = depth > 0 ? { drift: 'window', drift_points: depth } : { drift: 'none' };
    const instance = create({ ...PUBLISHED, ...drift, q, warmup, side: both ? 'both' : 'upper' });
    const shelf = new Shelf(instance.width);
    const { value } = goldenColumns(`spot/${golden.series}.csv`);
    const alarms: number[] = [];
    const upper: number[] = [];
    const lower: number[] = [];
    const out = new Float64Array(3);
    const recent: number[] = [];
    const mean = () => (depth > 0 ? recent.reduce((sum, one) => sum + one, 0) / depth : 0);
    for (const [i, one] of value!.slice(0, golden.length).entries()) {
      const before = mean();
      const strange = Math.abs(shelf.step(instance, { time: i, value: one })) >= 1;
      if (!strange) recent.push(one);
      if (recent.length > depth) recent.shift();
      if (i < warmup) continue;
      if (strange) alarms.push(i - warmup);
      // The golden limits are those after the value, with the mean before it.
      instance.band!(shelf.rows, shelf.at, i, out);
      upper.push(out[2]! - mean() + before);
      lower.push(out[1]! - mean() + before);
    }
    t.same(alarms, golden.alarms);
    t.ok(worst(golden.upper, upper) < 1e-8, `upper limit: ${worst(golden.upper, upper)}`);
    if (golden.lower) t.ok(worst(golden.lower, lower) < 1e-8, `lower limit: ${worst(golden.lower, lower)}`);
    t.end();
  });
}

t.test('whatever the unit', (t) => {
  const values = series(3, (i) => normal(i));
  const found = scores(BARE, values);
  t.ok(Math.max(...found) > 0.5);
  for (const unit of [2 ** -300, 2 ** 300]) {
    t.same(
      scores(
        BARE,
        values.map((value) => value * unit),
      ),
      found,
      `${unit}`,
    );
  }
  t.end();
});

t.test('below is as above', (t) => {
  const values = series(3, (i) => Math.exp(normal(i)));
  const mirrored = values.map((value) => -value);
  // By the paper the first tails differ by a value, but where level * 900 is a whole number and rounds down.
  const options = { ...BARE, level: 0.9, max_excesses: 202 };
  t.same(
    scores({ ...options, side: 'lower' }, mirrored).map((score) => 0 - score),
    scores({ ...options, side: 'upper' }, values),
  );
  t.end();
});

t.test('a side that is not watched is not flagged', (t) => {
  const values = series(2, (i) => normal(i) + (i % 500 === 400 ? 30 : 0) - (i % 500 === 300 ? 30 : 0));
  const upper = scores({ side: 'upper' }, values);
  t.ok(upper[1400]! > 1);
  t.equal(Math.min(...upper), 0);
  const lower = scores({ side: 'lower' }, values);
  t.ok(lower[1300]! < -1);
  t.equal(Math.max(...lower), 0);
  t.end();
});

t.test('a value on the limit has not passed it', (t) => {
  // The lowest value is one in twenty: the limit is there, as nothing is below it.
  const values = series(4, (i) => Math.floor(20 * uniform(1, i, 0)));
  t.equal(flagged(scores({ drift: 'none', side: 'lower' }, values)), 0);
  t.end();
});

t.test('the guard: about as many are flagged as were asked for, under drift too', (t) => {
  // With q = 1e-4 a side, 0.29 a day; the published algorithm beside it.
  const shapes: Record<string, [value: (i: number) => number, published: number]> = {
    stationary: [(i) => normal(i), 0.5],
    trend: [(i) => (10 * i) / DAY + normal(i), 1000],
    'daily season': [(i) => 10 * Math.sin((2 * Math.PI * i) / DAY) + normal(i), 3],
    'more noise after a week': [(i) => (i > 7 * DAY ? 5 : 1) * normal(i), 200],
    'a lasting step': [(i) => (i > 7 * DAY ? 10 : 0) + normal(i), 500],
  };
  for (const [name, [value, published]] of Object.entries(shapes)) {
    const values = series(14, value);
    const a = (options: object) => (DAY * flagged(scores(options, values))) / (values.length - 1000);
    const [ours, theirs] = [a({}), a({ ...PUBLISHED, drift: 'none' })];
    t.ok(ours < 2.5, `${name}: ${ours} a day`);
    t.ok(theirs > published, `${name}: ${theirs} a day as published`);
  }
  t.end();
});

t.test('spikes are found, and do not hide one another', (t) => {
  const spike = (i: number) => i > 2 * DAY && i % 700 === 0;
  const values = series(14, (i) => normal(i) + (spike(i) ? 10 : 0));
  const found = scores({}, values);
  const spikes = values.flatMap((_, i) => (spike(i) ? [found[i]! >= 1] : []));
  t.ok(spikes.length > 20);
  t.ok(spikes.filter((caught) => caught).length >= 0.95 * spikes.length);
  t.end();
});

t.test('the band is expectation and limits: a score of 1 is at a limit', (t) => {
  const instance = create({});
  const shelf = new Shelf(instance.width);
  for (const [i, value] of series(2, (i) => 50 + normal(i)).entries())
    shelf.step(instance, { time: i, value });
  const [expected, lower, upper] = (() => {
    const out = new Float64Array(3);
    instance.band!(shelf.rows, shelf.at, 0, out);
    return out as unknown as [number, number, number];
  })();
  const score = (value: number) => shelf.score(instance, { time: 0, value });
  t.ok(Math.abs(score(expected)) < 1e-9);
  t.ok(Math.abs(score(upper) - 1) < 1e-8 && score(upper) < 1);
  t.ok(Math.abs(score(lower) + 1) < 1e-8);
  t.ok(Math.abs(score(2 * upper - expected) - 2) < 1e-6);
  t.ok(upper - expected > 3 && upper - expected < 6);
  t.end();
});

t.test('limits have a least distance', (t) => {
  const constant = new Array<number>(1000).fill(1000);
  const last = (options: object, value: number) => scores(options, [...constant, value]).at(-1)!;
  t.ok(Math.abs(last({}, 1001) - 1) < 1e-8, 'a share of the expected value');
  t.ok(Math.abs(last({ min_distance: 4 }, 992) + 2) < 1e-8, 'in the unit of the field');
  t.ok(last(BARE, 1000.001) > 1000);
  t.end();
});

t.test('state', (t) => {
  t.equal(create({}).width, 146);
  t.equal(create({ side: 'upper' }).width, 75);
  t.equal(create({ side: 'upper', drift: 'none' }).width, 74);
  t.equal(create({ drift: 'window' }).width, 247);
  t.equal(create({ ...PUBLISHED, drift: 'none' }).width, 1017);
  t.equal(create({ max_excesses: 127 }).width, 146, 'two excesses in a float64');
  t.end();
});

t.test('options', (t) => {
  const refused = (options: object) =>
    schema.safeParse(options).error?.issues.map(({ path }) => path.join('.'));
  t.same(refused({ warmup: 100 }), ['warmup'], 'nothing left after drift_points');
  t.equal(refused({ warmup: 100, drift: 'none' }), undefined);
  t.same(refused({ q: 0.03 }), ['q'], 'not within the tail');
  t.same(refused({ warmup: 10_000 }), ['max_excesses'], 'no room for the first tail');
  t.same(refused({ side: 'left' }), ['side']);
  t.end();
});
