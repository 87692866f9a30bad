/**
 * The points of one block as columns: numbers and spans into the block's bytes, no strings and no objects
 * per point. One batch is filled again and again; what it holds is valid until the next `parse`.
 */
import type { Block } from './read.ts';

/** Fewest bytes that a watched value can take ("a=1,"), and so how many a block can hold. */
const BYTES_PER_VALUE = 4;
/** Fewest bytes of a point with a watched value: "m a=1\n". */
const BYTES_PER_POINT = 6;

export class Batch {
  /** The block that all spans point into. */
  block: Block | undefined;
  /** Bytes of the block that are whole lines; the rest waits for its newline. */
  end = 0;
  /** Where the string begins that has no end yet, counted from `end`; −1 when the rest holds none. */
  openString = -1;

  /** Points that hold at least one number; only those have columns. */
  points = 0;
  /** Numbers in them. */
  values = 0;
  /** Points in the block, those without a number too. */
  lines = 0;
  /** Lines that are no points, and the span of the first of them. */
  malformed = 0;
  malformedStart = 0;
  malformedEnd = 0;

  // Columns by point. The tag set is the span [keyStart, keyEnd); the field set ends at fieldsEnd.
  keyStart = new Int32Array(0);
  keyEnd = new Int32Array(0);
  keyHash = new Int32Array(0);
  fieldsEnd = new Int32Array(0);
  /** A point's values are [firstValue[p], firstValue[p + 1]). */
  firstValue = new Int32Array(1);
  /** Event time, int64 nanoseconds: the high word signed, the low word as its 32 bits. */
  timeHigh = new Int32Array(0);
  timeLow = new Int32Array(0);
  /** The same in seconds, for the detectors. */
  seconds = new Float64Array(0);
  /** Filled by select: the tag set's number, or below 0 where nobody watches it. */
  tagSet = new Int32Array(0);

  // Columns by value. The field key is the span [fieldStart, fieldEnd).
  pointOf = new Int32Array(0);
  fieldStart = new Int32Array(0);
  fieldEnd = new Int32Array(0);
  fieldHash = new Int32Array(0);
  value = new Float64Array(0);
  /** Filled by select: the series' id, or −1 where nobody watches. */
  series = new Int32Array(0);

  /** Empties the batch and makes room for whatever a block of so many bytes can hold. */
  reset(block: Block): void {
    this.block = block;
    this.end = 0;
    this.points = 0;
    this.values = 0;
    this.lines = 0;
    this.malformed = 0;
    const points = Math.ceil(block.length / BYTES_PER_POINT);
    if (points > this.keyStart.length) this.#makePointColumns(points * 2);
    const values = Math.ceil(block.length / BYTES_PER_VALUE);
    if (values > this.value.length) this.#makeValueColumns(values * 2);
  }

  // Memory that is not touched is not resident, so room for the worst case costs nothing.
  #makePointColumns(size: number): void {
    this.keyStart = new Int32Array(size);
    this.keyEnd = new Int32Array(size);
    this.keyHash = new Int32Array(size);
    this.fieldsEnd = new Int32Array(size);
    this.firstValue = new Int32Array(size + 1);
    this.timeHigh = new Int32Array(size);
    this.timeLow = new Int32Array(size);
    this.seconds = new Float64Array(size);
    this.tagSet = new Int32Array(size);
  }

  #makeValueColumns(size: number): void {
    this.pointOf = new Int32Array(size);
    this.fieldStart = new Int32Array(size);
    this.fieldEnd = new Int32Array(size);
    this.fieldHash = new Int32Array(size);
    this.value = new Float64Array(size);
    this.series = new Int32Array(size);
  }
}
