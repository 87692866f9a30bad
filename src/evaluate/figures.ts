/** What a user would have had of detections: windows found, false alarms, alarms a day, and how late they came. */
import type { Detected, Ground } from './ground.ts';
import { probationOf } from './nab.ts';

export interface Figures {
  readonly windows_found: number;
  /** Detections outside of windows. */
  readonly false_alarms: number;
  /** Detections, those in windows too. */
  readonly alarms_per_series_per_day: number;
  /** From the first row of a window to its first detection, the median over the windows found; NaN without one. */
  readonly delay_seconds: number;
  /** The same as a share of the window's length in time. */
  readonly delay_share: number;
}

export function figuresOf({ series, worths, days }: Ground, detected: Detected): Figures {
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
