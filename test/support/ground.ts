/** Labelled series for tests: 40 rows, one a minute, 6 of them probation, with one window from row 20 to 29. */
import type { Series } from '../../src/evaluate/corpus.ts';

export const ROWS = 40;
export const FIRST = 20;
export const LAST = 29;

export function labelled(name: string, windows = [{ first: FIRST, last: LAST }]): Series {
  return {
    name,
    seconds: Float64Array.from({ length: ROWS }, (_, row) => 1000 + 60 * row),
    values: new Float64Array(ROWS),
    windows,
  };
}

/** Strangeness that is 0 but in some rows. */
export function stream(strange: Readonly<Record<number, number>>): Float64Array {
  const strangeness = new Float64Array(ROWS);
  for (const [row, score] of Object.entries(strange)) strangeness[Number(row)] = score;
  return strangeness;
}
