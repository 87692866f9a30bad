/**
 * The detections of a rule at every threshold, from the highest down, as rows that come and go: all there is to
 * know for choosing one, in O(n log n).
 */
import { QUIET_ROWS, REARM_SHARE, type Rule } from './rules.ts';

export interface Detections {
  add(row: number): void;
  remove(row: number): void;
}

/** Tells `detections` what changes, and calls `at` once all of a threshold has been told. */
export type Sweep = (
  strangeness: Float64Array,
  detections: Detections,
  at: (threshold: number) => void,
) => void;

export const SWEEPS: Readonly<Record<Rule, Sweep>> = {
  raw: (strangeness, detections, at) => descend(strangeness, (row) => detections.add(row), at),
  quiet: sweepQuiet,
  hysteresis: sweepHysteresis,
};

/** Places of `keys` from the largest key to the smallest. Equal keys keep their order. */
export function descending(keys: Float64Array, places: Uint32Array): Uint32Array {
  return places.sort((a, b) => keys[b]! - keys[a]! || a - b);
}

/** Visits what has a key above 0, from the largest key down. */
function descend(keys: Float64Array, visit: (place: number) => void, at: (threshold: number) => void): void {
  const places = new Uint32Array(keys.length);
  let count = 0;
  for (let place = 0; place < keys.length; place++) if (keys[place]! > 0) places[count++] = place;
  const order = descending(keys, places.subarray(0, count));
  for (let i = 0; i < count; i++) {
    const key = keys[order[i]!]!;
    visit(order[i]!);
    if (i + 1 === count || keys[order[i + 1]!] !== key) at(key);
  }
}

/**
 * A row is detected at the thresholds in (blind, strangeness]. It is one when, going back from it, strangeness below
 * half the threshold is met before strangeness at the threshold; the higher the threshold the sooner the first and
 * the later the second, so these are all thresholds above some value, which follows from that of the row before.
 */
function sweepHysteresis(
  strangeness: Float64Array,
  detections: Detections,
  at: (threshold: number) => void,
): void {
  const rows = strangeness.length;
  // The first half are the thresholds at which rows come, the second half those at which they go.
  const keys = new Float64Array(2 * rows);
  let blind = 0;
  for (let row = 0; row < rows; row++) {
    const strange = strangeness[row]!;
    if (strange > blind) {
      keys[row] = strange;
      keys[rows + row] = blind;
    }
    blind = Math.min(strange / REARM_SHARE, Math.max(blind, strange));
  }
  const visit = (place: number) => (place < rows ? detections.add(place) : detections.remove(place - rows));
  descend(keys, visit, at);
}

/**
 * Detections are a chain: each is the first candidate behind the quiet time of the one before. A new candidate
 * changes it only from itself on, and only up to where the new chain meets the old one.
 */
function sweepQuiet(
  strangeness: Float64Array,
  detections: Detections,
  at: (threshold: number) => void,
): void {
  const candidates = new RowSet(strangeness.length);
  const chain = new RowSet(strangeness.length);
  const insert = (row: number) => {
    candidates.add(row);
    if (chain.from(row - QUIET_ROWS) < row) return;
    for (let link = row; link < strangeness.length && !chain.has(link); ) {
      const old = chain.from(link + 1);
      if (old <= link + QUIET_ROWS) {
        chain.delete(old);
        detections.remove(old);
      }
      chain.add(link);
      detections.add(link);
      link = candidates.from(link + QUIET_ROWS + 1);
    }
  };
  descend(strangeness, insert, at);
}

/** Row numbers as bits. */
class RowSet {
  readonly #words: Uint32Array;

  constructor(rows: number) {
    this.#words = new Uint32Array((rows >>> 5) + 1);
  }

  has(row: number): boolean {
    return (this.#words[row >>> 5]! & (1 << (row & 31))) !== 0;
  }

  add(row: number): void {
    this.#words[row >>> 5]! |= 1 << (row & 31);
  }

  delete(row: number): void {
    this.#words[row >>> 5]! &= ~(1 << (row & 31));
  }

  /** The least row in the set that is at least `row`, which may be below 0; Infinity when there is none. */
  from(row: number): number {
    const first = Math.max(row, 0);
    const words = this.#words;
    let word = first >>> 5;
    if (word >= words.length) return Number.POSITIVE_INFINITY;
    let bits = words[word]! & (-1 << (first & 31));
    while (bits === 0) {
      if (++word === words.length) return Number.POSITIVE_INFINITY;
      bits = words[word]!;
    }
    return 32 * word + 31 - Math.clz32(bits & -bits);
  }
}
