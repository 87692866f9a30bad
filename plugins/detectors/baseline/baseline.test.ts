import t from 'tap';
import type { Detector, Instance } from '../../../src/detector.ts';
import { uniform } from '../../../src/math/random.ts';
import { optionTypes } from '../../../src/options.ts';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf, type Value } from '../../../test/conformance/shelf.ts';
import baseline from './baseline.ts';

const detector: Detector = baseline;
const schema = detector.options(optionTypes);
const START = 1_767_225_600;
const DAY = 86_400;
const HOUR = 3600;

function create(options: object = {}): Instance {
  return detector.create(schema.parse(options));
}

/** Close to a bell curve, of variance 1. */
function noise(i: number): number {
  let sum = 0;
  for (let k = 0; k < 12; k++) sum += uniform(3, i, k);
  return sum - 6;
}

/** One value a minute: a daily wave with noise and what `strange` adds at a second since the start. */
function minutes(days: number, strange: (second: number) => number = () => 0): Value[] {
  return Array.from({ length: days * 1440 }, (_, i) => {
    const wave = 5 * Math.sin((2 * Math.PI * i) / 1440);
    return { time: START + 60 * i, value: 50 + wave + noise(i) + strange(60 * i) };
  });
}

function scores(options: object, values: readonly Value[], instance = create(options)): number[] {
  const shelf = new Shelf(instance.width);
  return values.map((value) => shelf.step(instance, value));
}

conformance(t, baseline, [
  {},
  {
    respond_to: 'spikes',
    smoothing_points: [1],
    profile_buckets: [1, 7],
    profile_visits: 63,
    autoregression_orders: [9, 2],
    autoregression_points: 2,
    level_points: [1, 1],
    volatility_points: [1, 1],
    spread_points: [1, 1],
    tail_memory: ['1ns', '1s'],
    tail_points: [1, 1],
  },
  { respond_to: 'incidents', smoothing_points: [2, 3, 4, 5] },
]);

t.test('nothing is strange before there are 30 values', (t) => {
  const found = scores(
    {},
    minutes(1, (second) => (second === 29 * 60 || second === 40 * 60 ? 500 : 0)),
  );
  t.ok(found.slice(0, 30).every((score) => score === 0));
  t.ok(found[40]! > 1);
  t.end();
});

t.test('a series that has stood still begins with its first movement', (t) => {
  const moving = minutes(3, (second) => (second === 2.5 * DAY ? 30 : 0));
  for (const still of [10, 100, 3000]) {
    const first = moving[0]!.time;
    const constant = Array.from({ length: still }, (_, i) => ({ time: first - 60 * (still - i), value: 7 }));
    const found = scores({}, [...constant, ...moving]);
    if (still > 30) t.ok(Math.abs(found[still]!) > 1, 'the movement itself is strange');
    t.strictSame(found.slice(still + 1), scores({}, moving.slice(1)));
  }
  t.end();
});

t.test('the score is the larger head in units of its threshold', (t) => {
  const values = minutes(4, (second) => (second === 3 * DAY ? 30 : 0) + (second > 3.5 * DAY ? 8 : 0));
  const incident = scores({ respond_to: 'incidents', incident_threshold: 2 }, values);
  const spike = scores({ respond_to: 'spikes', spike_threshold: 5 }, values);
  const both = scores({ incident_threshold: 2, spike_threshold: 5 }, values);
  t.strictSame(
    both,
    incident.map((score, i) => {
      const size = Math.abs(spike[i]!);
      const counted = size > 1 ? 1 + Math.log(size) : size;
      return Math.abs(score) > counted ? score : Math.sign(spike[i]!) * counted;
    }),
    'beside incidents what a spike has beyond 1 counts as its logarithm',
  );
  t.ok(incident.some((score) => score > 1));
  t.ok(spike.some((score) => score > 10));
  t.strictSame(
    scores({ respond_to: 'incidents', incident_threshold: 1 }, values).map((score) => score / 2),
    incident,
    'halved by a threshold twice as high',
  );
  t.end();
});

t.test('the sign is the side that is strange', (t) => {
  for (const side of [1, -1]) {
    const shift = (second: number) => (second >= 5 * DAY ? 8 * side : 0);
    const incident = scores({ respond_to: 'incidents', incident_threshold: 1 }, minutes(6, shift)).slice(
      5 * 1440 + 30,
      5 * 1440 + 300,
    );
    t.ok(
      incident.every((score) => score * side > 1),
      'of an incident, however its values scatter',
    );
    const blip = (second: number) => (second === 5 * DAY ? 20 * side : 0);
    t.ok(scores({ respond_to: 'spikes' }, minutes(6, blip))[5 * 1440]! * side > 1, 'of a spike');
  }
  t.end();
});

/** After the value with the number `accepted` the detector is told that this is normal now. */
function incidents(values: readonly Value[], accepted = -1): number[] {
  const instance = create({ respond_to: 'incidents', incident_threshold: 1 });
  const { rows, at } = new Shelf(instance.width);
  return values.map(({ time, value }, i) => {
    const score = instance.update!(rows, at, time, value);
    if (i === accepted) instance.accept!(rows, at);
    return score;
  });
}

t.test('an incident stays flagged to its end, a lasting shift until it is accepted', (t) => {
  const begin = 5 * DAY;
  const step = minutes(6, (second) => (second >= begin && second < begin + 2 * HOUR ? 4 : 0));
  const passing = incidents(step).slice(begin / 60);
  const flagged = passing.slice(0, 120).filter((score) => score >= 1).length;
  t.ok(flagged >= 0.9 * 120, `${flagged} of the 120 minutes of 4 deviations`);
  t.ok(
    passing.slice(150).every((score) => Math.abs(score) < 1),
    'which clear within half an hour',
  );

  const shift = minutes(6, (second) => (second >= begin ? 8 : 0));
  /** Hours until the shift is flagged no more. */
  const hours = (accepted?: number) =>
    incidents(shift, accepted)
      .slice(begin / 60)
      .findIndex((score, i) => i > 10 && score < 1) / 60;
  t.ok(hours() > 8, `a shift that nobody accepts clears after ${hours()} hours`);
  const accepted = hours((begin + 6 * HOUR) / 60);
  t.ok(accepted > 6 && accepted < 7, `accepted after 6 hours it does after ${accepted}`);
  t.end();
});

t.test('nor does it fade where many values come in that time', (t) => {
  const begin = 5 * DAY;
  const values = Array.from({ length: 6 * 8640 }, (_, i) => {
    const on = 10 * i >= begin && 10 * i < begin + 2 * HOUR;
    return { time: START + 10 * i, value: 50 + noise(i) + (on ? 4 : 0) };
  });
  const scored = incidents(values).slice(begin / 10);
  // The default of incident_threshold. By 1 it would hold even though both profiles followed each value.
  const flagged = scored.slice(0, 720).filter((score) => score >= 1.3).length;
  t.ok(flagged >= 0.9 * 720, `${flagged} of 720 values in two hours`);
  t.ok(scored.slice(720 + 180).every((score) => Math.abs(score) < 1));
  t.end();
});

t.test('autoregressions may be named in any order', (t) => {
  const values = minutes(2, (second) => (second > DAY && second < 1.1 * DAY ? 20 : 0));
  t.strictSame(
    scores({ autoregression_orders: [8, 1] }, values),
    scores({ autoregression_orders: [1, 8] }, values),
  );
  t.end();
});

t.test('update is score and learn', (t) => {
  const values = minutes(3, (second) => (second > 2 * DAY && second < 2.1 * DAY ? 20 : 0));
  const instance = create();
  const shelf = new Shelf(instance.width);
  const updated = values.map(({ time, value }) => instance.update!(shelf.rows, shelf.at, time, value));
  t.strictSame(updated, scores({}, values));
  t.ok(shelf.guardsIntact);
  t.end();
});

t.test('after an update the band is the one that stood before it', (t) => {
  const instance = create();
  const shelf = new Shelf(instance.width);
  const other = new Shelf(instance.width);
  const band = ({ rows, at }: Shelf, time: number) => {
    const out = new Float64Array(3);
    instance.band!(rows, at, time, out);
    return out;
  };
  for (const [i, { time, value }] of minutes(2, (second) => second % 7).entries()) {
    const before = band(shelf, time);
    instance.update!(shelf.rows, shelf.at, time, value);
    if (i === 0) continue;
    if (band(shelf, time).join() !== before.join()) t.fail(`value ${i}`);
    if (i % 100 === 0) {
      t.notSame(band(shelf.moved(1, 1), time), before, 'which has moved since');
      t.strictSame(band(other, time), Float64Array.of(0, 0, 0), "and is no other row's");
    }
  }
  const { time } = minutes(2).at(-1)!;
  const before = band(shelf, time);
  instance.accept!(shelf.rows, shelf.at);
  t.notSame(band(shelf, time), before, 'nor what has been accepted since');
  t.end();
});

t.test('the band is what the time of day lets expect', (t) => {
  const instance = create();
  const shelf = new Shelf(instance.width);
  const out = new Float64Array(3);
  let inside = 0;
  const values = minutes(8);
  values.forEach((value, i) => {
    shelf.score(instance, value);
    instance.band!(shelf.rows, shelf.at, value.time, out);
    if (i >= 7 * 1440 && value.value >= out[1]! && value.value <= out[2]!) inside++;
    shelf.learn(instance, value);
  });
  t.ok(inside / 1440 > 0.98 && inside / 1440 < 1, `${inside} of 1440 values are inside`);
  for (const [hour, expected] of [
    [6, 55],
    [12, 50],
    [18, 45],
  ] as const) {
    instance.band!(shelf.rows, shelf.at, START + 8 * DAY + hour * HOUR, out);
    t.ok(Math.abs(out[0]! - expected) < 1, `${out[0]} at ${hour}:00`);
    t.ok(out[2]! - out[0]! > 2.5 && out[2]! - out[0]! < 6, `the range is about three deviations: ${out}`);
  }
  t.end();
});

t.test('state', (t) => {
  const { width } = create();
  t.equal(width, 229);
  t.ok(2 * 8 * (2 + width) <= 4064, 'two rows with their headers lie on a page');
  t.equal(create({ smoothing_points: [18] }).width, 227);
  t.equal(create({ profile_buckets: [24, 24] }).width, 229 - 120 + 30);
  t.end();
});

t.test('options', (t) => {
  const refused = (options: object) =>
    schema.safeParse(options).error?.issues.map(({ path }) => path.join('.'));
  t.same(refused({ respond_to: 'anything' }), ['respond_to']);
  t.same(refused({ spike_threshold: 0, incident_threshold: -1 }), ['incident_threshold', 'spike_threshold']);
  t.same(refused({ profile_buckets: [48] }), ['profile_buckets'], 'two of them');
  t.same(refused({ profile_visits: 64 }), ['profile_visits'], 'more than fit into 6 bits');
  t.same(refused({ volatility_points: [300, 30] }), ['volatility_points']);
  t.same(refused({ tail_points: [2, 1] }), ['tail_points']);
  t.same(refused({ smoothing_points: [] }), ['smoothing_points']);
  t.same(refused({ tail_memory: ['1d', 'soon'] }), ['tail_memory.1']);
  t.same(refused({ tail_memory: ['0s', '1d'] }), ['tail_memory.0']);
  t.end();
});
