/**
 * The rows of one detector instance. A row is a header and the detector's own float64s; rows lie in pages, as
 * many as fit, and a page is in a frame (hot) or in the store (cold), whole.
 */
import { crc32 } from 'node:zlib';
import { grown, larger } from './column.ts';
import { FRAME_BYTES, FRAME_FLOATS, type Frames, type Page, type Tenant } from './frames.ts';

/** The series is not watched. Rows below this are asleep: kept for a config that watches the series again. */
export const NO_ROW = -1;

/** float64s before the detector's: the last time, then count and flags. */
export const HEADER = 2;
/** Places of the header in the page's 32-bit view, counted from the row's. */
export const TIME_LOW = 0;
export const TIME_HIGH = 1;
/** Values learned so far, up to 2^31 − 1; 0 means that the row is new. */
export const COUNT = 2;
/** The judge's flags, and OFF. */
export const FLAGS = 3;
/** The flag of a row whose detector has thrown: it is left alone until the program starts again. */
export const OFF = 1 << 31;

/** Behind the rows of a stored page: a checksum, and the session that wrote it. */
const TRAILER = 8;
/** With its own 24 bytes, LMDB keeps a value of this length in one page of 4 KiB. */
const VALUE_BYTES = FRAME_BYTES - 24;

const FIRST_SERIES = 1024;
const FIRST_PAGES = 64;
/** In place of a frame. */
const NEW = -1;
const COLD = -2;

/** Takes what goes to the store. Key and value are the taker's from then on. */
export type Put = (key: Buffer, value: Buffer) => void;

export class State implements Tenant {
  readonly weight = 1;
  /** float64s from one row to the next. */
  readonly stride: number;
  readonly rowsPerPage: number;
  /** Names the instance in the store's keys. */
  readonly number: number;
  /** Rows given so far; those of forgotten series are among them. */
  rows: number;
  /** Pages in frames. */
  hotPages = 0;
  /** Pages that were damaged in the store, and so begin anew. */
  damaged = 0;

  readonly #frames: Frames;
  readonly #session: number;
  readonly #put: Put;
  /** By series. */
  #rowOf = new Int32Array(FIRST_SERIES).fill(NO_ROW);
  /** By page: its frame, or NEW, or COLD. */
  #frameOf: Int32Array<ArrayBufferLike>;
  /** Rows of forgotten series, all zeros. */
  readonly #free: number[] = [];

  /** @param rows how many of them the store may have */
  constructor(frames: Frames, width: number, put: Put = () => {}, number = 0, session = 0, rows = 0) {
    this.#frames = frames;
    this.#put = put;
    this.#session = session;
    this.number = number;
    this.rows = rows;
    this.stride = HEADER + width;
    this.rowsPerPage = Math.max(1, Math.floor((VALUE_BYTES - TRAILER) / (8 * this.stride)));
    this.#frameOf = new Int32Array(Math.max(FIRST_PAGES, this.pages)).fill(NEW);
    this.#frameOf.fill(COLD, 0, this.pages);
  }

  get pages(): number {
    return Math.ceil(this.rows / this.rowsPerPage);
  }

  /** Rows in memory. */
  get hotRows(): number {
    return Math.min(this.hotPages * this.rowsPerPage, this.rows);
  }

  /** Bytes of the columns. */
  get bytesOfColumns(): number {
    return 4 * (this.#rowOf.length + this.#frameOf.length);
  }

  /** The series' row; NO_ROW, or less for one that is asleep. */
  rowOf(series: number): number {
    return series < this.#rowOf.length ? this.#rowOf[series]! : NO_ROW;
  }

  /** Gives the series a row, all zeros. */
  add(series: number): number {
    const row = this.#free.pop() ?? this.rows++;
    this.set(series, row);
    const pages = this.pages;
    if (pages > this.#frameOf.length) this.#frameOf = grown(this.#frameOf, larger(pages), NEW);
    return row;
  }

  /** The series has this row, or NO_ROW, from now on. */
  set(series: number, row: number): void {
    if (series >= this.#rowOf.length)
      this.#rowOf = grown(this.#rowOf, larger(this.#rowOf.length, series + 1), NO_ROW);
    this.#rowOf[series] = row;
  }

  /** A row between waking and sleeping. */
  static turn(row: number): number {
    return NO_ROW - 1 - row;
  }

  /** Rows that no series has any more and that hold zeros, also in the store. */
  recycle(rows: readonly number[]): void {
    this.#free.push(...rows);
  }

  pageOf(row: number): number {
    return Math.trunc(row / this.rowsPerPage);
  }

  /** The page's frame, or below 0 where it is not hot. */
  frameOf(page: number): number {
    return this.#frameOf[page]!;
  }

  /** The place of a row whose page is hot. */
  place(row: number): number {
    const page = Math.trunc(row / this.rowsPerPage);
    return this.#frames.place(this.#frameOf[page]!) + (row - page * this.rowsPerPage) * this.stride;
  }

  /** Whether the page is in the store only. */
  isCold(page: number): boolean {
    return this.#frameOf[page] === COLD;
  }

  /** float64s of a page, for frames that are larger than usual. */
  get floats(): number {
    return Math.max(FRAME_FLOATS, this.rowsPerPage * this.stride);
  }

  /** Puts the page into a frame, all zeros. */
  enter(page: number): void {
    const frame = this.#frames.take(this, page, this.floats);
    this.#frameOf[page] = frame;
    this.hotPages++;
    const place = this.#frames.place(frame);
    const at = this.#frames.at(place);
    this.#frames.page(place).f64.fill(0, at, at + this.rowsPerPage * this.stride);
  }

  /** Fills the page, which is in a frame, with what the store has. What is damaged begins anew, and is counted. */
  load(page: number, value: Uint8Array | undefined): void {
    if (value === undefined) return;
    const bytes = this.rowsPerPage * this.stride * 8;
    const whole = value.length === bytes + TRAILER;
    const trailer = new DataView(value.buffer, value.byteOffset + (whole ? bytes : 0));
    if (!whole || checksum(value) !== trailer.getUint32(0, true)) {
      this.damaged++;
      return;
    }
    const place = this.#frames.place(this.#frameOf[page]!);
    const { f64, i32 } = this.#frames.page(place);
    const at = this.#frames.at(place);
    new Uint8Array(f64.buffer, 8 * at, bytes).set(value.subarray(0, bytes));
    if (trailer.getUint32(4, true) === this.#session) return;
    for (let row = 0; row < this.rowsPerPage; row++) i32[2 * (at + row * this.stride) + FLAGS]! &= ~OFF;
  }

  /** Gives the page up, without a trace of what was not saved. */
  leave(page: number, cold: boolean): void {
    this.#frameOf[page] = cold ? COLD : NEW;
    this.hotPages--;
  }

  evict(page: number, frame: number): void {
    if (this.#frames.isDirty(frame)) this.save(page);
    this.leave(page, true);
  }

  /** Hands a copy of the page, which is hot, to the store. */
  save(page: number): void {
    const frame = this.#frameOf[page]!;
    const place = this.#frames.place(frame);
    const bytes = this.rowsPerPage * this.stride * 8;
    const value = Buffer.allocUnsafeSlow(bytes + TRAILER);
    value.set(new Uint8Array(this.#frames.page(place).f64.buffer, 8 * this.#frames.at(place), bytes));
    value.writeUInt32LE(this.#session, bytes + 4);
    value.writeUInt32LE(checksum(value), bytes);
    this.#frames.mark(frame, false);
    this.#put(this.key(page), value);
  }

  /** The store's key of a page: ascending, so that pages that follow one another lie side by side. */
  key(page: number): Buffer {
    const key = Buffer.allocUnsafe(9);
    key[0] = 0x70; // "p"
    key.writeUInt32BE(this.number, 1);
    key.writeUInt32BE(page, 5);
    return key;
  }

  /** The chunk that holds a place, and where in it. */
  page(place: number): Page {
    return this.#frames.page(place);
  }

  at(place: number): number {
    return this.#frames.at(place);
  }
}

/** Of everything but itself. */
function checksum(value: Uint8Array): number {
  const at = value.length - TRAILER;
  return crc32(value.subarray(at + 4), crc32(value.subarray(0, at)));
}
