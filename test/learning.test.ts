import t from 'tap';
import { Chance } from '../bench/support/noise.ts';
import { plugins } from '../plugins/all.ts';
import type { Instance, Rows } from '../src/detector.ts';
import { Judge, OK, type Verdict } from '../src/judge.ts';
import { Learning } from '../src/learning.ts';
import { optionTypes } from '../src/options.ts';
import type { Policy } from '../src/policy.ts';
import { defaultPolicy, roadOf } from './support/road.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const START = 1_767_225_600;

function rowsOf(width: number): Rows {
  const f64 = new Float64Array(width);
  return { f64, f32: new Float32Array(f64.buffer) };
}

/** A series of an instance under a policy. */
function series(instance: Instance, policy: Partial<Policy> = {}, usual = 10) {
  const whole = { ...defaultPolicy, ...policy };
  const judge = new Judge(whole, usual);
  const learning = new Learning(instance, judge, whole);
  const [rows, judged] = [rowsOf(instance.width), rowsOf(judge.width)];
  let open = false;
  let before = 0;
  const step = (time: number, value: number): Verdict => {
    const verdict = learning.step(rows, 0, judged, 0, time, value, open, time - before);
    open = verdict !== OK;
    before = time;
    return verdict;
  };
  return { learning, rows, step };
}

/** Its score is the value; it expects 0, and writes down what it is asked. */
function recorder(more: Partial<Instance> = {}) {
  const calls: string[] = [];
  const instance: Instance = {
    width: 2,
    score: (_rows, _at, _time, value) => {
      calls.push(`score ${value}`);
      return value;
    },
    learn: (rows, at, _time, value) => {
      calls.push(`learn ${value}`);
      rows.f64[at]!++;
    },
    band: (_rows, _at, _time, out) => out.set([0, -6, 3]),
    ...more,
  };
  return { calls, instance };
}

t.test('what an open alarm teaches is a usual deviation, a third of the band', async (t) => {
  const { calls, instance } = recorder();
  const { step } = series(instance);
  for (const [time, value] of [5, 9, 12, -30, 10.5, 1, 20].entries()) step(200 * time, value);
  t.same(
    calls.filter((call) => call.startsWith('learn')),
    ['learn 5', 'learn 9', 'learn 1', 'learn -2', 'learn 1', 'learn 1', 'learn 1'],
  );
});

t.test('and few of its values are learned, however many there are', async (t) => {
  const { calls, instance } = recorder();
  const { step } = series(instance);
  step(START, 1);
  const learned: number[] = [];
  for (let time = 10; time <= 1000; time += 10) {
    const before = calls.length;
    // From 600 on it is over.
    step(START + time, time < 600 ? 20 : 1);
    if (calls.length - before > 1) learned.push(time);
  }
  t.same(learned.slice(0, 4), [180, 360, 540, 600]);
  t.equal(learned.length, 3 + 41, 'without an alarm each is');
  const slow = recorder();
  const { step: next } = series(slow.instance);
  for (let time = 0; time < 3000; time += 300) next(START + time, 20);
  t.equal(
    slow.calls.filter((call) => call === 'learn 1').length,
    10,
    'all, where they come more seldom than that',
  );
});

t.test('a detector that expects nothing learns what came', async (t) => {
  const { calls, instance } = recorder();
  delete instance.band;
  const { step } = series(instance);
  step(1, 20);
  step(2, 30);
  t.same(calls, ['score 20', 'learn 20', 'score 30', 'learn 30']);
});

t.test('one that bounds by itself is asked once', async (t) => {
  const { calls, instance } = recorder({
    update: (_rows, _at, _time, value) => {
      calls.push(`update ${value}`);
      return value;
    },
  });
  const { step, learning } = series(instance);
  for (const value of [1, 20, 1]) step(value, value);
  t.same(calls, ['update 1', 'update 20', 'update 1']);
  step(30, 40);
  t.same([...learning.band!], [0, -6, 3]);
});

t.test('with hold, nothing is learned while an alarm is open', async (t) => {
  for (const update of [undefined, (): number => t.fail('nothing may stand between') as never]) {
    const { calls, instance } = recorder(update && { update });
    const { step } = series(instance, { hold: true });
    for (const [time, value] of [1, 20, 30, 2].entries()) step(time + 1, value);
    t.same(calls, ['score 1', 'learn 1', 'score 20', 'score 30', 'score 2', 'learn 2']);
  }
});

t.test('an alarm that lasts is accepted, and again if it goes on', async (t) => {
  const { calls, instance } = recorder({ accept: () => calls.push('accept') });
  const { step } = series(instance, { accept_after: 10 });
  const accepted: number[] = [];
  for (let time = 1; time <= 40; time++) {
    // One value in between is no alarm, and the time begins anew with the next.
    step(time, time === 5 ? 1 : 20);
    if (calls.at(-1) === 'accept') accepted.push(time);
  }
  t.same(accepted, [16, 26, 36]);
  const never = recorder({ accept: () => t.fail('never') });
  const patient = series(never.instance, { accept_after: 0 });
  for (let time = 1; time <= 100_000; time += 1000) patient.step(time, 20);
});

t.test('a clock that goes back begins the time anew', async (t) => {
  const { calls, instance } = recorder({ accept: () => calls.push('accept') });
  const { step } = series(instance, { accept_after: 10 });
  const accepted = [100, 105, 50, 59, 60].filter((time) => {
    step(time, 20);
    return calls.at(-1) === 'accept';
  });
  t.same(accepted, [60]);
});

t.test('a detector that cannot accept learns afresh', async (t) => {
  const { instance } = recorder();
  const { rows, step } = series(instance, { accept_after: 600 });
  const counts = [1, 20, 20, 20, 20, 20].map((value, i) => {
    step(200 * (i + 1), value);
    return rows.f64[0];
  });
  t.same(counts, [1, 2, 3, 4, 0, 1]);
});

t.test('a score that is not finite is no alarm, and its value is learned', async (t) => {
  const { calls, instance } = recorder({ score: () => Number.NaN });
  const { step, learning } = series(instance);
  t.equal(step(1, 20), OK);
  t.same([calls, learning.score], [['learn 20'], Number.NaN]);
});

t.test('surprise is how rare a score was before it was learned', async (t) => {
  const { instance } = recorder();
  const { step, learning } = series(instance, { threshold: undefined, score_fields: true });
  const chance = new Chance(1);
  for (let i = 0; i < 100; i++) {
    step(START + 60 * i, chance.normal());
    t.ok(Number.isNaN(learning.surprise), 'nothing is known of so few');
  }
  for (let i = 100; i < 20_000; i++) step(START + 60 * i, chance.normal());
  step(START + 60 * 20_000, 3.2905);
  t.ok(Math.abs(learning.surprise - 3) < 0.3, `${learning.surprise}, for one in a thousand`);
  step(START + 60 * 20_001, 12);
  const first = learning.surprise;
  t.ok(first > 5, `${first}, for one that there never was`);
  step(START + 60 * 20_002, -1e300);
  t.ok(Number.isFinite(learning.surprise) && learning.surprise > first);
  step(START + 60 * 20_003, 12);
  t.ok(
    learning.surprise > 1 && learning.surprise < first,
    `${learning.surprise}: what was there before is no longer as rare`,
  );
  const wild = series(instance, { threshold: undefined, score_fields: true });
  for (let i = 0; i <= 100; i++) wild.step(START + 60 * i, i === 0 ? 1e300 : chance.normal());
  t.ok(Number.isFinite(wild.learning.surprise), 'a first score that is too large to square');
  const fixed = series(instance, { score_fields: true });
  for (let i = 0; i < 200; i++) fixed.step(i, chance.normal());
  t.ok(Number.isNaN(fixed.learning.surprise), 'a fixed threshold keeps no tail');
});

/** What becomes of `sigma` more on noise, from ten days on: by seconds since then, what is flagged. */
async function flagged(
  name: string,
  seed: number,
  sigma: number,
  lasts: number,
  until: number,
  every = 60,
): Promise<number[]> {
  const { default: detector } = await plugins.detectors[name]!();
  const instance = detector.create(detector.options(optionTypes).parse({}));
  const policy = { threshold: undefined, hysteresis: 0.5, accept_after: 6 * HOUR };
  const { step } = series(instance, policy, detector.threshold);
  const chance = new Chance(seed);
  const found: number[] = [];
  for (let time = -10 * DAY; time < until; time += every) {
    const on = time >= 0 && time < lasts;
    if (step(START + time, 50 + chance.normal() + (on ? sigma : 0)) !== OK && time >= 0) found.push(time);
  }
  return found;
}

t.test('a level that is off for two hours is flagged to its end', async (t) => {
  for (const [name, sigma, every] of [
    ['zscore', 4, 60],
    ['ewma', 4, 60],
    ['mad', 4, 60],
    ['spot', 8, 60],
    ['zscore', 4, 10],
    ['ewma', 4, 10],
    ['mad', 4, 10],
    ['spot', 8, 10],
  ] as const) {
    let held = 0;
    for (let seed = 0; seed < 10; seed++) {
      const times = await flagged(name, seed, sigma, 2 * HOUR, 4 * HOUR, every);
      const within = times.filter((time) => time < 2 * HOUR).length;
      if (within >= (0.9 * 2 * HOUR) / every && (times.at(-1) ?? 0) < 2.5 * HOUR) held++;
    }
    t.ok(held >= 9, `${name}, ${every} s: of 10 series, ${held}`);
  }
});

t.test('a level that is off for good is normal before seven hours have passed', async (t) => {
  for (const name of ['zscore', 'ewma', 'mad', 'spot']) {
    for (let seed = 0; seed < 5; seed++) {
      const times = await flagged(name, seed, 8, Number.POSITIVE_INFINITY, 9 * HOUR);
      const last = (times.at(-1) ?? 0) / HOUR;
      t.ok(last > 0.5 && last < 7, `${name}: ${last} hours`);
    }
  }
});

t.test('the road goes the same way', async (t) => {
  const { default: zscore } = await plugins.detectors.zscore!();
  const instance = zscore.create(zscore.options(optionTypes).parse({}));
  const policy = { threshold: undefined, accept_after: HOUR, hysteresis: 0.5 };
  const { pass, counts } = roadOf([{ instance, policy }]);
  const alone = series(instance, policy);
  const chance = new Chance(3);
  let expected = 0;
  let found = 0;
  for (let i = 0; i < 3 * 1440; i++) {
    const value = chance.normal() + (i > 2 * 1440 ? 20 : 0);
    if (alone.step(START + 60 * i, value) !== OK) expected++;
    if (pass(`m v=${value} ${START + 60 * i}000000000\n`).includes('anomaly=')) found++;
  }
  t.equal(found, expected);
  t.ok(expected > 50 && expected < 70, `${expected} flagged of an hour`);
  t.equal(counts.alarms, 1);
});
