/**
 * Whether the judge keeps its budget, and what it finds meanwhile: detectors with their default options on noise that
 * has no anomaly in it, and on the same noise with one a week.
 *
 * usage: node dist/bench/budget.js [--series 20] [--days 60] [--steps 10,60] [--detectors zscore,...]
 *   [--families normal,...] [--found 20]
 *
 * `found` is how many of the series are searched for anomalies; 0: none. 200 series take an hour of one core;
 * `--detectors` shares that out among processes.
 *
 * Alarms are counted from the 15th day on, over all series, and divided by those that were asked for. What is found
 * is found at 1/week: a spike is one value that is off and must be flagged itself; a shift lasts for six hours and
 * must be flagged in its first one.
 */
import type { Detector, Instance } from '../src/detector.ts';
import { alarmRate } from '../src/policy.ts';
import { detectorsAsked } from './support/detectors.ts';
import { option } from './support/measure.ts';
import { Chance, FAMILIES, type Noise } from './support/noise.ts';
import { type Cell, heading, table } from './support/report.ts';
import { instanceOf, policyOf, rowOf, Series } from './support/series.ts';

const DAY = 86_400;
const WEEK = 7 * DAY;
const COUNTED_FROM = 14 * DAY;
const START = 1_767_225_600;
const RATES = ['1/day', '1/week', '1/month'];
const POLICIES = RATES.map((max_false_alarms) => policyOf({ max_false_alarms }));
const WEEKLY = POLICIES[1]!;

const SERIES = Number(option('series', '20'));
const SEARCHED = Number(option('found', String(Math.min(SERIES, 40))));
const DAYS = Number(option('days', '60'));
const STEPS = option('steps', '10,60').split(',').map(Number);
const NAMES = option('families', Object.keys(FAMILIES).join(',')).split(',');

/** The same values under several policies. */
interface Several {
  readonly series: readonly Series[];
  step(time: number, value: number): void;
}

/**
 * What the verdict is may change what is learned, so each policy has a row of its own; but for a detector that bounds
 * by itself what it learns, which scores once for all of them. (No noise here raises an alarm so long that it would be
 * accepted.)
 */
function several(detector: Detector): Several {
  const instance = instanceOf(detector);
  const { update } = instance;
  if (update === undefined) {
    const series = POLICIES.map((policy) => new Series(instance, detector, policy));
    return {
      series,
      step: (time, value) => {
        for (const one of series) one.step(time, value);
      },
    };
  }
  const row = rowOf(instance.width);
  let score = 0;
  const told: Instance = { width: 0, score: () => score, learn: () => {}, update: () => score };
  const series = POLICIES.map((policy) => new Series(told, detector, policy));
  return {
    series,
    step: (time, value) => {
      score = update.call(instance, row, 0, time, value);
      for (const one of series) one.step(time, value);
    },
  };
}

/** Alarms over those that were asked for, by rate. */
function kept(detector: Detector, family: string, step: number): number[] {
  const counts = RATES.map(() => 0);
  for (let number = 0; number < SERIES; number++) {
    const { series, step: next } = several(detector);
    const noise = FAMILIES[family]!.begin(new Chance(number));
    let time = START;
    for (; time < START + COUNTED_FROM; time += step) next(time, noise(time));
    const before = series.map(({ alarms }) => alarms);
    for (; time < START + DAYS * DAY; time += step) next(time, noise(time));
    for (const [i, { alarms }] of series.entries()) counts[i]! += alarms - before[i]!;
  }
  const seconds = SERIES * (DAYS * DAY - COUNTED_FROM);
  return RATES.map((rate, i) => counts[i]! / (alarmRate(rate) * seconds));
}

/** What one in each week is, after those that are not counted, at a time that is chance. */
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
function found(detector: Detector, family: string, step: number): number[] {
  const instance = instanceOf(detector);
  let all = 0;
  const hits = ANOMALIES.map(() => 0);
  for (let number = 0; number < SEARCHED; number++) {
    const chance = new Chance(1000 + number);
    const noise: Noise = FAMILIES[family]!.begin(new Chance(number));
    const series = ANOMALIES.map(() => new Series(instance, detector, WEEKLY));
    const hit = ANOMALIES.map(() => false);
    let begin = Number.POSITIVE_INFINITY;
    let next = START + COUNTED_FROM;
    let sign = 1;
    for (let time = START; time < START + DAYS * DAY; time += step) {
      if (time >= next) {
        begin = next + Math.floor((chance.uniform() * (WEEK - DAY)) / step) * step;
        next += WEEK;
        sign = chance.uniform() < 0.5 ? -1 : 1;
        hit.fill(false);
      }
      if (time === begin) all++;
      const value = noise(time);
      const since = time - begin;
      for (let i = 0; i < ANOMALIES.length; i++) {
        const { off, lasts, foundWithin } = ANOMALIES[i]!;
        const on = since >= 0 && since <= lasts;
        const flagged = series[i]!.step(time, on ? value + sign * off : value);
        if (!flagged || hit[i] || since < 0 || since > foundWithin) continue;
        hit[i] = true;
        hits[i]!++;
      }
    }
  }
  return hits.map((count) => count / all);
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
for (const detector of await detectorsAsked()) {
  const { name } = detector;
  for (const step of STEPS) {
    for (const family of NAMES) {
      const ratios = kept(detector, family, step);
      rows.push(told([name, `${step} s`, family, ...ratios.map((ratio) => ratio.toFixed(2))]));
    }
    if (SEARCHED === 0) continue;
    for (const family of ['normal', 'AR(1) 0.9']) {
      const shares = found(detector, family, step);
      findings.push(told([name, `${step} s`, family, ...shares.map((share) => share.toFixed(3))]));
    }
  }
}
table(['detector', 'step', 'noise', ...RATES], rows);
if (findings.length > 0) {
  heading(
    'Found at 1/week',
    `The share of anomalies in ${SEARCHED} series, one a week, in sigma of the innovation.`,
  );
  table(['detector', 'step', 'noise', ...ANOMALIES.map(({ name }) => name)], findings);
}
