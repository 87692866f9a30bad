/**
 * The score of the Numenta Anomaly Benchmark: a detection in a window earns the more the earlier it comes, only the
 * best of a window counts, and every detection outside costs, less so right behind a window. From the published
 * formulas: A. Lavin and S. Ahmad, "Evaluating Real-Time Anomaly Detection Algorithms" (ICMLA 2015).
 */
import type { Series } from './corpus.ts';

/** What a window that is missed, and a false alarm in full, cost. A window found in its first row earns 1. */
export interface Profile {
  readonly missed: number;
  readonly falseAlarm: number;
}

export type ProfileName = 'standard' | 'low_fp' | 'low_fn';

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  standard: { missed: 1, falseAlarm: 0.11 },
  low_fp: { missed: 1, falseAlarm: 0.22 },
  low_fn: { missed: 2, falseAlarm: 0.11 },
};

/** The share of a series, at most so many rows of it, that is for learning only: nothing in it counts. */
const PROBATION_SHARE = 0.15;
const PROBATION_ROWS = 5000;
/** In widths of a window: farther behind it a false alarm costs in full. */
const FORGIVING = 3;

const IN_PROBATION = -2;
const OUTSIDE = -1;

/** Rows at the start of a series that do not count. */
export function probationOf(rows: number): number {
  return Math.floor(PROBATION_SHARE * Math.min(rows, PROBATION_ROWS));
}

/** From +1 well inside of a window to −1 far behind it; `position` in its widths, 0 at its end. */
function worthAt(position: number): number {
  return position > FORGIVING ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

/** What a detection at each row of a series is worth. */
export class Worth {
  /** By row: its window, or OUTSIDE, or IN_PROBATION. */
  readonly windowOf: Int32Array;
  /** By row: inside of a window what it earns, outside what it costs at a price of 1, below 0. */
  readonly worth: Float64Array;
  /** Windows that can be found. */
  readonly windows: number;
  readonly lastRow: Int32Array;

  constructor({ values, windows }: Pick<Series, 'values' | 'windows'>) {
    const rows = values.length;
    this.windowOf = new Int32Array(rows).fill(OUTSIDE);
    this.worth = new Float64Array(rows).fill(-1);
    this.lastRow = Int32Array.from(windows, ({ last }) => last);
    const best = worthAt(-1);
    for (const [window, { first, last }] of windows.entries()) {
      const width = last - first + 1;
      for (let row = first; row <= last; row++) {
        this.windowOf[row] = window;
        this.worth[row] = worthAt(-(last - row + 1) / width) / best;
      }
      const next = windows[window + 1]?.first ?? rows;
      for (let row = last + 1; row < next; row++) this.worth[row] = worthAt((row - last) / (width - 1));
    }
    this.windowOf.fill(IN_PROBATION, 0, probationOf(rows));
    this.windows = new Set(this.windowOf.filter((window) => window >= 0)).size;
  }
}

/** What a set of detections in one series is worth, kept while rows come and go. */
export class Tally {
  /** Sum over the windows found. */
  reward = 0;
  /** Windows found. */
  found = 0;
  /** Sum over the false alarms, 0 or below. */
  penalty = 0;
  readonly #worth: Worth;
  /** By row: detected. */
  readonly #detected: Uint8Array;
  /** By window: its earliest detection; −1 without one. */
  readonly #earliest: Int32Array;

  constructor(worth: Worth) {
    this.#worth = worth;
    this.#detected = new Uint8Array(worth.worth.length);
    this.#earliest = new Int32Array(worth.lastRow.length).fill(-1);
  }

  add(row: number): void {
    const window = this.#worth.windowOf[row]!;
    if (window === OUTSIDE) this.penalty += this.#worth.worth[row]!;
    if (window < 0) return;
    this.#detected[row] = 1;
    const earliest = this.#earliest[window]!;
    if (earliest < 0 || row < earliest) this.#setEarliest(window, row);
  }

  remove(row: number): void {
    const window = this.#worth.windowOf[row]!;
    if (window === OUTSIDE) this.penalty -= this.#worth.worth[row]!;
    if (window < 0) return;
    this.#detected[row] = 0;
    if (this.#earliest[window] !== row) return;
    const next = this.#detected.indexOf(1, row);
    this.#setEarliest(window, next > this.#worth.lastRow[window]! ? -1 : next);
  }

  #setEarliest(window: number, row: number): void {
    const before = this.#earliest[window]!;
    if (before >= 0) this.reward -= this.#worth.worth[before]!;
    if (row >= 0) this.reward += this.#worth.worth[row]!;
    this.found += (row >= 0 ? 1 : 0) - (before >= 0 ? 1 : 0);
    this.#earliest[window] = row;
  }
}

/** What detections gain over none at all, before it is set on the scale of 100. */
export function gainOf(
  { reward, found, penalty }: Pick<Tally, 'reward' | 'found' | 'penalty'>,
  { missed, falseAlarm }: Profile,
): number {
  return reward + missed * found + falseAlarm * penalty;
}

/** 100 for every window found in its first row and nothing else, 0 for no detection at all; NaN without windows. */
export function scoreOf(gain: number, windows: number, { missed }: Profile): number {
  return (100 * gain) / (windows * (1 + missed));
}
