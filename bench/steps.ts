/**
 * What becomes of a level that changes: detectors with their default options on noise of sigma 1 at steps of 60 s,
 * judged by a budget of one alarm a week, after ten days of noise.
 *
 * usage: node dist/bench/steps.js [--series 20] [--detectors zscore,...] [--step 60] [--policy JSON]
 *
 * A change of two hours is to be flagged to its end and not for long after it. One that stays is to be accepted: no
 * value of the day after its first 7 hours is flagged on its account.
 */
import type { Detector } from '../src/detector.ts';
import { detectorsAsked } from './support/detectors.ts';
import { option } from './support/measure.ts';
import { Chance } from './support/noise.ts';
import { type Cell, heading, table } from './support/report.ts';
import { instanceOf, policyOf, Series } from './support/series.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const START = 1_767_225_600;
const QUIET = 10 * DAY;
const SERIES = Number(option('series', '20'));
const STEP = Number(option('step', '60'));
const POLICY = policyOf(JSON.parse(option('policy', '{}')));

/** Seconds from the begin of a change to each flagged value, of one series. */
function flagged(detector: Detector, seed: number, sigma: number, lasts: number, until: number): number[] {
  const series = new Series(instanceOf(detector), detector, POLICY);
  const chance = new Chance(seed);
  const times: number[] = [];
  for (let since = -QUIET; since < until; since += STEP) {
    const value = 50 + chance.normal() + (since >= 0 && since < lasts ? sigma : 0);
    if (series.step(START + QUIET + since, value) && since >= 0) times.push(since);
  }
  return times;
}

const mean = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const share = (part: number, of: number) => (part / of).toFixed(2);

/** How much of it is flagged; of how many series nearly all; and how many are free of it half an hour after. */
function change(detector: Detector, sigma: number): Cell[] {
  const lasts = 2 * HOUR;
  const shares: number[] = [];
  let clear = 0;
  for (let seed = 0; seed < SERIES; seed++) {
    const times = flagged(detector, seed, sigma, lasts, lasts + 2 * HOUR);
    shares.push(times.filter((time) => time < lasts).length / (lasts / STEP));
    if ((times.at(-1) ?? 0) < lasts + HOUR / 2) clear++;
  }
  const held = shares.filter((one) => one >= 0.9).length;
  return [mean(shares).toFixed(2), share(held, SERIES), share(clear, SERIES)];
}

/** How much of the first 6 h is flagged, of how many series nothing after 7 h, and when on average the last value is. */
function lasting(detector: Detector, sigma: number): Cell[] {
  const ends: number[] = [];
  const shares: number[] = [];
  for (let seed = 0; seed < SERIES; seed++) {
    const times = flagged(detector, seed, sigma, Number.POSITIVE_INFINITY, DAY);
    ends.push(((times.at(-1) ?? 0) + STEP) / HOUR);
    shares.push(times.filter((time) => time < 6 * HOUR).length / ((6 * HOUR) / STEP));
  }
  const accepted = ends.filter((end) => end <= 7).length;
  return [mean(shares).toFixed(2), share(accepted, SERIES), mean(ends).toFixed(1)];
}

const brief: Cell[][] = [];
const long: Cell[][] = [];
for (const detector of await detectorsAsked()) {
  for (const sigma of [4, 8]) {
    brief.push([detector.name, sigma, ...change(detector, sigma)]);
    long.push([detector.name, sigma, ...lasting(detector, sigma)]);
  }
}
const what = `${SERIES} series of normal noise at ${STEP} s, ten days old, at 1/week.`;
heading('A level that is off for two hours', what);
table(['detector', 'sigma', 'flagged', 'series with 0.9 of it', 'clear 30 min after'], brief);
heading('A level that is off for good', what);
table(['detector', 'sigma', 'flagged of the first 6 h', 'series at rest by 7 h', 'last flag, h'], long);
