/** What a user would have had of detections: windows found, false alarms, alarms a day, and how late they came. */
import type { Series } from './corpus.ts';
import { gainOf, PROFILES, type Profile, probationOf, scoreOf, Tally, type Worth } from './nab.ts';

const SECONDS_PER_DAY = 86_400;

/** Labelled series with what a detection in each of their rows is worth. */
export interface Corpus {
  readonly series: readonly Series[];
  readonly worths: readonly Worth[];
  /** Windows that can be found. */
  readonly windows: number;
  /** Of all series together, without their probation. */
  readonly days: number;
}

export interface Figures {
  readonly windows_found: number;
  /** Detections outside of windows. */
  readonly false_alarms: number;
  readonly alarms_per_series_per_day: number;
  /** From the first row of a window to its first detection, the median over the windows found; NaN without one. */
  readonly delay_seconds: number;
  /** The same as a share of the window's length in time. */
  readonly delay_share: number;
}

/** A series may end in its probation; then it has no day. */
export function daysOf({ seconds }: Series): number {
  const counted = seconds.subarray(probationOf(seconds.length));
  return counted.length === 0 ? 0 : (counted.at(-1)! - counted[0]!) / SECONDS_PER_DAY;
}

/** @param detected by series the rows, in order */
export function figuresOf(
  { series, worths, days }: Corpus,
  detected: readonly (readonly number[])[],
): Figures {
  let alarms = 0;
  let falseAlarms = 0;
  const delays: number[] = [];
  const shares: number[] = [];
  for (const [number, { seconds, windows }] of series.entries()) {
    const { windowOf } = worths[number]!;
    const counted = detected[number]!.filter((row) => row >= probationOf(seconds.length));
    alarms += counted.length;
    falseAlarms += counted.filter((row) => windowOf[row]! < 0).length;
    for (const [window, { first, last }] of windows.entries()) {
      const row = counted.find((row) => windowOf[row] === window);
      if (row === undefined) continue;
      const delay = seconds[row]! - seconds[first]!;
      delays.push(delay);
      shares.push(last > first ? delay / (seconds[last]! - seconds[first]!) : 0);
    }
  }
  return {
    windows_found: delays.length,
    false_alarms: falseAlarms,
    alarms_per_series_per_day: alarms / days,
    delay_seconds: median(delays),
    delay_share: median(shares),
  };
}

/** The score of given detections under a profile. */
export function scoreDetections(
  { worths, windows }: Corpus,
  detected: readonly (readonly number[])[],
  profile: Profile = PROFILES.standard,
): number {
  const gains = worths.map((worth, number) => {
    const tally = new Tally(worth);
    for (const row of detected[number]!) tally.add(row);
    return gainOf(tally, profile);
  });
  return scoreOf(
    gains.reduce((a, b) => a + b, 0),
    windows,
    profile,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
