/**
 * Whether the judge keeps its budget, and what it finds meanwhile: detectors with their default options on noise that
 * has no anomaly in it, and on the same noise with one a week.
 *
 * usage: node dist/bench/budget.js [--series 20] [--days 60] [--steps 10,60] [--detectors zscore,...]
 *   [--families normal,...] [--found yes|no]
 *
 * Alarms are counted from the 15th day on, over all series, and divided by those that were asked for. What is found
 * is found at 1/week: a spike is one value that is off and must be flagged itself; a shift lasts for six hours and
 * must be flagged in its first one.
 */
import { plugins } from '../plugins/all.ts';
import type { Instance } from '../src/detector.ts';
import { Judge, type JudgePolicy, OK } from '../src/judge.ts';
import { optionTypes } from '../src/options.ts';
import { alarmRate } from '../src/policy.ts';
import { Chance, FAMILIES, type Noise } from './support/noise.ts';
import { type Cell, heading, table } from './support/report.ts';

const DAY = 86_400;
const WEEK = 7 * DAY;
const COUNTED_FROM = 14 * DAY;
const START = 1_767_225_600;
const RATES = ['1/day', '1/week', '1/month'];
const POLICY: JudgePolicy = {
  threshold: undefined,
  max_false_alarms: '1/week',
  direction: 'both',
  min_deviation: 0,
  min_deviation_ratio: 0,
  min_duration: 0,
  cooldown: undefined,
  hysteresis: 0.5,
};

const NO_DETECTORS = ['null', 'random'];
const option = (name: string, byDefault: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? byDefault : process.argv[at + 1]!;
};
const SERIES = Number(option('series', '20'));
const DAYS = Number(option('days', '60'));
const STEPS = option('steps', '10,60').split(',').map(Number);
const DETECTORS = option('detectors', Object.keys(plugins.detectors).filter((name) => !NO_DETECTORS.includes(name)).join(',')).split(','); // biome-ignore format: a list
const NAMES = option('families', Object.keys(FAMILIES).join(',')).split(',');

/** A judge at work on one series. */
class Bench {
  readonly #judge: Judge;
  readonly #rows: { f64: Float64Array; f32: Float32Array };
  #open = false;
  alarms = 0;

  constructor(judge: Judge) {
    this.#judge = judge;
    const f64 = new Float64Array(judge.width);
    this.#rows = { f64, f32: new Float32Array(f64.buffer) };
  }

  /** Answers whether the value is flagged. */
  judge(time: number, score: number): boolean {
    const strangeness = this.#judge.strangeness(score);
    const level = this.#judge.level(this.#rows, 0, time, strangeness);
    const flagged = this.#judge.verdict(this.#rows, 0, time, strangeness, level, this.#open) !== OK;
    if (flagged && !this.#open) this.alarms++;
    this.#open = flagged;
    return flagged;
  }
}

/** The scores of one series, by time. */
function* scores(instance: Instance, noise: Noise, step: number): Generator<[time: number, score: number]> {
  const f64 = new Float64Array(instance.width);
  const rows = { f64, f32: new Float32Array(f64.buffer) };
  for (let time = START; time < START + DAYS * DAY; time += step) {
    const value = noise(time);
    yield [time, instance.score(rows, 0, time, value)];
    instance.learn(rows, 0, time, value);
  }
}

/** Alarms over those that were asked for, by rate. */
function kept(instance: Instance, usual: number, family: string, step: number): number[] {
  const judges = RATES.map((rate) => new Judge({ ...POLICY, max_false_alarms: rate }, usual));
  const counts = RATES.map(() => 0);
  for (let series = 0; series < SERIES; series++) {
    const benches = judges.map((judge) => new Bench(judge));
    const before = benches.map(() => 0);
    const noise = FAMILIES[family]!.begin(new Chance(series));
    for (const [time, score] of scores(instance, noise, step)) {
      for (let i = 0; i < benches.length; i++) {
        benches[i]!.judge(time, score);
        if (time < START + COUNTED_FROM) before[i] = benches[i]!.alarms;
      }
    }
    for (const [i, { alarms }] of benches.entries()) counts[i]! += alarms - before[i]!;
  }
  const seconds = SERIES * (DAYS * DAY - COUNTED_FROM);
  return RATES.map((rate, i) => counts[i]! / (alarmRate(rate) * seconds));
}

/** One anomaly in each week after those that are not counted, at a time that is chance. */
interface Anomaly {
  readonly name: string;
  /** Sigma. */
  readonly off: number;
  /** Seconds. */
  readonly lasts: number;
  readonly foundWithin: number;
}
const ANOMALIES: Anomaly[] = [
  { name: 'spike of 8', off: 8, lasts: 0, foundWithin: 0 },
  { name: 'spike of 6', off: 6, lasts: 0, foundWithin: 0 },
  { name: 'shift of 3', off: 3, lasts: DAY / 4, foundWithin: DAY / 24 },
];

/** The share of the anomalies that is found. */
function found(instance: Instance, usual: number, family: string, step: number, anomaly: Anomaly): number {
  const judge = new Judge(POLICY, usual);
  let all = 0;
  let hits = 0;
  for (let series = 0; series < SERIES; series++) {
    const chance = new Chance(1000 + series);
    const usualNoise = FAMILIES[family]!.begin(new Chance(series));
    const bench = new Bench(judge);
    let begin = Number.POSITIVE_INFINITY;
    let next = START + COUNTED_FROM;
    let sign = 1;
    let hit = false;
    const noise = (time: number) => {
      if (time >= next) {
        begin = next + Math.floor((chance.uniform() * (WEEK - DAY)) / step) * step;
        next += WEEK;
        sign = chance.uniform() < 0.5 ? -1 : 1;
        hit = false;
      }
      const on = time >= begin && time <= begin + anomaly.lasts;
      return usualNoise(time) + (on ? sign * anomaly.off : 0);
    };
    for (const [time, score] of scores(instance, noise, step)) {
      if (time === begin) all++;
      const flagged = bench.judge(time, score);
      if (flagged && !hit && time >= begin && time <= begin + anomaly.foundWithin) {
        hit = true;
        hits++;
      }
    }
  }
  return hits / all;
}

/** A long run shows how far it is. */
function told(row: string[]): string[] {
  process.stderr.write(`${row.join(' ')}\n`);
  return row;
}

heading(
  'Alarm budget',
  `${SERIES} series of ${DAYS} days, alarms after day 14 over those that were asked for.`,
);
const rows: Cell[][] = [];
const findings: Cell[][] = [];
for (const name of DETECTORS) {
  const { default: detector } = await plugins.detectors[name]!();
  const instance = detector.create(detector.options(optionTypes).parse({}));
  for (const step of STEPS) {
    for (const family of NAMES) {
      const ratios = kept(instance, detector.threshold, family, step);
      rows.push(told([name, `${step} s`, family, ...ratios.map((ratio) => ratio.toFixed(2))]));
    }
    if (option('found', 'yes') === 'no') continue;
    for (const family of ['normal', 'AR(1) 0.9']) {
      const shares = ANOMALIES.map((anomaly) => found(instance, detector.threshold, family, step, anomaly));
      findings.push(told([name, `${step} s`, family, ...shares.map((share) => share.toFixed(3))]));
    }
  }
}
table(['detector', 'step', 'noise', ...RATES], rows);
if (findings.length > 0) {
  heading('Found at 1/week', 'The share of anomalies, one a week, in sigma of the innovation.');
  table(['detector', 'step', 'noise', ...ANOMALIES.map(({ name }) => name)], findings);
}
