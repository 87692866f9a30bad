/**
 * The rows of one detector instance, in slabs: pages that are added and never copied. A row is a header and
 * the detector's own float64s. All of it is in memory; the store of store.ts goes behind this file.
 */
import type { Rows } from './detector.ts';
import { grown } from './dictionary.ts';

/** The series is not watched, or its detector has been switched off. */
export const NO_ROW = -1;

/** Rows in a page: large enough that pages are few, small enough that one series does not cost megabytes. */
const PAGE_BITS = 10;
const PAGE_ROWS = 1 << PAGE_BITS;

/** float64s before the detector's: the last time, then count and flags. */
export const HEADER = 2;
/** Places of the header in the page's 32-bit view, counted from the row's. */
export const TIME_LOW = 0;
export const TIME_HIGH = 1;
/** Values learned so far, up to 2^31 − 1; 0 means that the row is new. */
export const COUNT = 2;
/** What the judge keeps. */
export const FLAGS = 3;

/** One page of rows, the same memory in three widths. */
export interface Page extends Rows {
  readonly i32: Int32Array;
}

export class State {
  /** float64s from one row to the next. */
  readonly stride: number;
  readonly #pages: Page[] = [];
  /** By series. */
  #rowOf = new Int32Array(PAGE_ROWS).fill(NO_ROW);
  #rows = 0;

  constructor(width: number) {
    this.stride = HEADER + width;
  }

  /** How many rows there are. */
  get rows(): number {
    return this.#rows;
  }

  /** The series' row, or NO_ROW. */
  rowOf(series: number): number {
    return series < this.#rowOf.length ? this.#rowOf[series]! : NO_ROW;
  }

  /** Gives the series a new row, all zeros. */
  add(series: number): number {
    if (series >= this.#rowOf.length) {
      this.#rowOf = grown(this.#rowOf, Math.max(2 * this.#rowOf.length, series + 1), NO_ROW);
    }
    const row = this.#rows++;
    if ((row & (PAGE_ROWS - 1)) === 0) {
      const f64 = new Float64Array(PAGE_ROWS * this.stride);
      this.#pages.push({ f64, f32: new Float32Array(f64.buffer), i32: new Int32Array(f64.buffer) });
    }
    this.#rowOf[series] = row;
    return row;
  }

  /** From now on the series has no row here. */
  drop(series: number): void {
    this.#rowOf[series] = NO_ROW;
  }

  /** The page that holds the row. */
  page(row: number): Page {
    return this.#pages[row >>> PAGE_BITS]!;
  }

  /** Where the row's header starts in its page's float64 view. */
  at(row: number): number {
    return (row & (PAGE_ROWS - 1)) * this.stride;
  }
}
