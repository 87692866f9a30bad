/** The ground truth that detections are held against: labelled series, and what a detection in each row is worth. */
import type { Series } from './corpus.ts';
import { gainOf, type Profile, probationOf, scoreOf, Tally, Worth } from './nab.ts';

const SECONDS_PER_DAY = 86_400;

/** By series, the rows that are detected, in order. */
export type Detected = readonly (readonly number[])[];

export class Ground {
  readonly series: readonly Series[];
  readonly worths: readonly Worth[];
  /** Windows that can be found. */
  readonly windows: number;
  /** Of all series together, without their probation. */
  readonly days: number;
  /** 1 for the rows in windows, series behind series, without their probation. */
  readonly labels: Uint8Array;

  constructor(series: readonly Series[]) {
    this.series = series;
    this.worths = series.map((one) => new Worth(one));
    this.windows = sum(this.worths.map(({ windows }) => windows));
    this.days = sum(series.map(({ seconds }) => daysOf(seconds)));
    const windowOf = joined(this.worths.map(({ windowOf }) => Float64Array.from(windowOf)));
    this.labels = Uint8Array.from(windowOf, (window) => (window < 0 ? 0 : 1));
  }

  /** The rows that count of all series, as `labels` has them. */
  counted(strangeness: readonly Float64Array[]): Float64Array {
    return joined(strangeness);
  }

  /** The score of given detections, on the scale of 100. */
  score(detected: Detected, profile: Profile): number {
    const gains = this.worths.map((worth, number) => {
      const tally = new Tally(worth);
      for (const row of detected[number]!) tally.add(row);
      return gainOf(tally, profile);
    });
    return scoreOf(sum(gains), this.windows, profile);
  }
}

function joined(columns: readonly Float64Array[]): Float64Array {
  const counted = columns.map((column) => column.subarray(probationOf(column.length)));
  const all = new Float64Array(sum(counted.map(({ length }) => length)));
  let at = 0;
  for (const column of counted) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}

function daysOf(seconds: Float64Array): number {
  return seconds.length === 0
    ? 0
    : (seconds.at(-1)! - seconds[probationOf(seconds.length)]!) / SECONDS_PER_DAY;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
