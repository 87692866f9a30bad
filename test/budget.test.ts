import fc from 'fast-check';
import t from 'tap';
import { Judge, type JudgePolicy, OK } from '../src/judge.ts';
import { uniform } from '../src/math/random.ts';
import { alarmRate } from '../src/policy.ts';

const DAY = 86_400;
const START = 1_767_225_600;
/** More alarms than the budget allows there may be so many, as long as the threshold can be raised. */
const MORE = 15;
const USUAL = 6;

/** A series without a fixed threshold; its alarms by time. */
class Series {
  readonly judge: Judge;
  readonly f64: Float64Array;
  readonly alarms: number[] = [];
  readonly #rows;
  #open = false;

  constructor(max_false_alarms = '1/day', more: Partial<JudgePolicy> = {}, decay?: number) {
    const policy: JudgePolicy = {
      threshold: undefined,
      max_false_alarms,
      direction: 'both',
      min_deviation: 0,
      min_deviation_ratio: 0,
      min_duration: 0,
      cooldown: undefined,
      hysteresis: 0.5,
      end_after: undefined,
      accept_after: 0,
    };
    this.judge = new Judge({ ...policy, ...more }, USUAL, decay);
    this.f64 = new Float64Array(this.judge.width);
    this.#rows = { f64: this.f64, f32: new Float32Array(this.f64.buffer) };
  }

  step(time: number, strangeness: number): number {
    const { judge } = this;
    const level = judge.level(this.#rows, 0, time, strangeness);
    const verdict = judge.verdict(this.#rows, 0, time, strangeness, level, this.#open);
    if (verdict !== OK && !this.#open) this.alarms.push(time);
    this.#open = verdict !== OK;
    return verdict;
  }
}

/** The absolute value of a normal number that depends on nothing but its index. */
function noise(i: number, seed = 1): number {
  return Math.abs(
    Math.sqrt(-2 * Math.log(uniform(seed, i, 0))) * Math.cos(2 * Math.PI * uniform(seed, i, 1)),
  );
}

t.test('on noise there are as many alarms as are allowed', async (t) => {
  for (const scale of [1, 1e-6, 1e6]) {
    const days = 100;
    let alarms = 0;
    for (let seed = 0; seed < 5; seed++) {
      const series = new Series('1/day');
      for (let i = 0; i < days * 1440; i++) series.step(START + 60 * i, scale * noise(i, seed));
      alarms += series.alarms.filter((time) => time >= START + 14 * DAY).length;
    }
    const ratio = alarms / (5 * (days - 14));
    t.ok(
      ratio > 0.8 && ratio < 1.2,
      `${ratio} of those that are allowed, for scores of the size of ${scale}`,
    );
  }
});

t.test('none in the first day of a series', async (t) => {
  for (const begin of [0, START, -START]) {
    const series = new Series('1/day');
    for (let time = begin; time < begin + DAY; time += 600) series.step(time, time % 7200 === 0 ? 1000 : 1);
    t.same(series.alarms, [], `from ${begin} on`);
    series.step(begin + DAY, 1e9);
    t.same(series.alarms, [begin + DAY]);
  }
});

t.test('what is critical has a tenth of the budget', async (t) => {
  const series = new Series('1/day');
  let critical = 0;
  let warnings = 0;
  for (let i = 0; i < 600 * 1440; i++) {
    const alarms = series.alarms.length;
    const verdict = series.step(START + 60 * i, -Math.log(uniform(1, i, 2)));
    if (i < 100 * 1440 || series.alarms.length === alarms) continue;
    if (verdict === 2) critical++;
    else warnings++;
  }
  const share = critical / (critical + warnings);
  t.ok(share > 0.05 && share < 0.2, `${critical} of ${critical + warnings} alarms are critical`);
});

t.test('whatever comes, there are at most 15 alarms more than the budget allows', async (t) => {
  const strangeness = fc.oneof(fc.constantFrom(0, 1, 5, 8, 12), fc.double({ min: 0, max: 13, noNaN: true }));
  const stretch = fc.record({
    values: fc.array(strangeness, { minLength: 1, maxLength: 12 }),
    step: fc.constantFrom(1, 60, 3600, 7201, DAY, 10 * DAY),
    times: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(
      fc.array(stretch, { minLength: 1, maxLength: 20 }),
      fc.constantFrom('20/day', '1/day', '1/week'),
      (stretches, rate) => {
        const series = new Series(rate, { cooldown: 0, hysteresis: 1 });
        const feedback = new Float32Array(series.f64.buffer).subarray(6, 7);
        let time = START;
        // What has raised the threshold by all that it may is free of the promise from then on.
        let bound = true;
        for (const { values, step, times } of stretches) {
          for (let i = 0; i < times; i++) {
            time += step;
            series.step(time, values[i % values.length]!);
            if (feedback[0]! > 1.49) bound = false;
            if (bound && series.alarms.length > alarmRate(rate) * (time - START) + MORE) return false;
          }
        }
        return true;
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('an incident that lasts is one alarm and not a new normal', async (t) => {
  const series = new Series('1/week');
  for (let i = 0; i < 30 * 1440; i++) series.step(START + 60 * i, noise(i));
  const [before, threshold] = [series.alarms.length, series.judge.threshold];
  for (let i = 0; i < 360; i++) t.not(series.step(START + 30 * DAY + 60 * i, 50 + noise(i)), OK);
  t.equal(series.alarms.length - before, 1);
  t.ok(series.judge.threshold < 1.5 * threshold, `from ${threshold} to ${series.judge.threshold}`);
});

t.test('scores of zero teach nothing', async (t) => {
  const series = new Series();
  series.step(START, 0);
  const { threshold } = series.judge;
  for (let i = 1; i < 1000; i++) series.step(START + 3600 * i, 0);
  t.ok(series.judge.threshold <= threshold);
  t.ok(series.judge.threshold > 0.5 * threshold);
  t.same(series.alarms, []);
});

t.test('a clock that jumps', async (t) => {
  const usual = (series: Series, from: number, days: number) => {
    for (let i = 0; i < days * 1440; i++) series.step(from + 60 * i, noise(i));
  };
  const calm = new Series('1/week');
  usual(calm, START, 20);
  const jumping = new Series('1/week');
  usual(jumping, START, 10);
  jumping.step(START + 1e9, 1);
  usual(jumping, START + 10 * DAY, 10);
  const ratio = jumping.judge.threshold / calm.judge.threshold;
  t.ok(ratio > 0.8 && ratio < 1.25, `into the future and back: ${ratio} of the threshold`);
  const first = new Series('1/week');
  first.step(START + 1e9, 1);
  usual(first, START, 1);
  t.same(first.alarms, [], 'a first time in the future leaves the first day as it is');
  first.step(START + DAY + 60, 1000);
  t.equal(first.alarms.length, 1);
});

t.test('scores of another scale at first do not make it deaf for long', async (t) => {
  const series = new Series('1/week');
  for (let block = 0; block < 12; block++) series.step(START + 7200 * block, block === 5 ? 1e9 : 0);
  for (let block = 12; block < 200; block++) series.step(START + 7200 * block, 1 + (block % 5) / 10);
  t.ok(series.judge.threshold < 20, `${series.judge.threshold}`);
  t.ok(series.judge.threshold > 1.4);
});

t.test('the row holds finite numbers, whatever comes', async (t) => {
  const series = new Series('1/day');
  const extremes = [1e308, 0, 5e-324, 1e30, 1, 1e308, 1e308];
  for (let i = 0; i < 2000; i++) series.step(START + 3601 * i, extremes[i % extremes.length]!);
  const f32 = new Float32Array(series.f64.buffer);
  t.ok([...f32.subarray(4, 10)].every(Number.isFinite), [...f32].join(' '));
  t.ok(series.judge.threshold > 0);
});

t.test('a detector that tells how rare its scores are', (t) => {
  /** After two blocks of a week's 84. */
  const young = (84 / 2) ** 0.25;
  /** The threshold after two blocks whose largest score is this, without what it is higher by in a series' first week. */
  const threshold = (rate: string, largest: number) => {
    const series = new Series(rate, {}, 0.2);
    for (let i = 0; i < 3; i++) series.step(START + 7200 * i, largest);
    return series.judge.threshold / young;
  };
  const close = (found: number, wanted: number) => Math.abs(found / wanted - 1) < 0.05;
  t.ok(close(threshold('1/week', 0.1 * USUAL), USUAL), 'begins at its threshold for one a week');
  t.ok(close(threshold('1/day', 0.1 * USUAL), (1 - 0.2 * Math.log(7)) * USUAL), 'lower for more');
  t.ok(threshold('1/month', 0.1 * USUAL) > 1.2 * USUAL, 'higher for fewer');
  const first = new Series('1/month', {}, 0.2);
  first.step(START, 0);
  t.ok(first.judge.threshold > 1.2 * USUAL, 'from the first value on');
  t.equal(threshold('1000/day', 0), threshold('9000/day', 0), 'but not for any number');
  t.ok(close(threshold('1/week', 0.9 * USUAL), USUAL), 'whatever the scores are');
  t.ok(threshold('1/week', 9 * USUAL) > 4 * USUAL, 'but for those that are far beyond');
  const old = new Series('1/month', {}, 0.2);
  for (let i = 0; i < 100; i++) old.step(START + 7200 * i, 0.5 * USUAL);
  t.ok(
    close(old.judge.threshold, 1.29 * USUAL * Math.exp((-0.1 * 99) / 360)),
    'no higher after the first week',
  );
  t.end();
});
