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
  { respond_to: 'incidents', accept_after: '1s', accept_from: '0s', smoothing_points: [2, 3, 4, 5] },
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

t.test('the score is the larger head in units of its threshold', (t) => {
  const values = minutes(4, (second) => (second === 3 * DAY ? 30 : 0) + (second > 3.5 * DAY ? 8 : 0));
  const incident = scores({ respond_to: 'incidents', incident_threshold: 2 }, values);
  const spike = scores({ respond_to: 'spikes', spike_threshold: 5 }, values);
  const both = scores({ incident_threshold: 2, spike_threshold: 5 }, values);
  t.strictSame(
    both,
    incident.map((score, i) => (Math.abs(score) > Math.abs(spike[i]!) ? score : spike[i]!)),
  );
  t.ok(incident.some((score) => score > 1));
  t.strictSame(
    scores({ respond_to: 'incidents' }, values).map((score) => score / 2),
    incident,
    'halved by a threshold twice as high',
  );
  t.end();
});

t.test('the sign is the side that is strange', (t) => {
  for (const side of [1, -1]) {
    const shift = (second: number) => (second >= 5 * DAY ? 8 * side : 0);
    const incident = scores({ respond_to: 'incidents' }, minutes(6, shift)).slice(
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

t.test('an incident stays flagged to its end, a lasting shift is accepted', (t) => {
  const begin = 5 * DAY;
  const after = (values: readonly Value[], options = {}) =>
    scores({ respond_to: 'incidents', ...options }, values).slice(begin / 60);
  const passing = after(minutes(6, (second) => (second >= begin && second < begin + 2 * HOUR ? 4 : 0)));
  const flagged = passing.slice(0, 120).filter((score) => score >= 1).length;
  t.ok(flagged >= 0.9 * 120, `${flagged} of the 120 minutes of 4 deviations`);
  t.ok(
    passing.slice(150).every((score) => Math.abs(score) < 1),
    'which clear within half an hour',
  );

  const shift = minutes(6, (second) => (second >= begin ? 8 : 0));
  /** Hours until the shift is flagged no more. */
  const hours = (options = {}) => after(shift, options).findIndex((score, i) => i > 10 && score < 1) / 60;
  t.ok(hours() > 6 && hours() < 7, `a shift is accepted after ${hours()} hours`);
  t.ok(hours({ accept_after: '2h' }) < 3, 'or when it is told to');
  t.ok(hours({ accept_after: '0s' }) > 7, 'or never');
  t.ok(hours({ accept_from: '30d' }) > 7, 'or not in a young series');
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
  t.equal(width, 231);
  t.ok(2 * 8 * (2 + width) <= 4064, 'two rows with their headers lie on a page');
  t.equal(create({ smoothing_points: [18] }).width, 229);
  t.equal(create({ profile_buckets: [24, 24] }).width, 231 - 120 + 30);
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
