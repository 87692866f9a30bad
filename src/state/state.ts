/**
 * The rows of one detector instance. A row is a header and the detector's own float64s; rows lie in pages, as
 * many as fit, and a page is in a frame (hot) or in the store (cold), whole.
 */
import { enough, grown } from '../column.ts';
import { FRAME_FLOATS, type Frames, type Page, type Tenant } from './frames.ts';
import { FLAGS, OFF, opened, pageKey, rowsPerPage, sealed, strideOf } from './page.ts';
import { RowSet } from './rowset.ts';

export { COUNT, FLAGS, HEADER, OFF, TIME_HIGH, TIME_LOW } from './page.ts';

/** The series is not watched. Rows below this are asleep: kept for a config that watches the series again. */
export const NO_ROW = -1;

const FIRST_SERIES = 1024;
const FIRST_PAGES = 64;
/** In place of a frame. */
const NEW = -1;
const COLD = -2;

/** Takes what goes to the store. Key and value are the taker's from then on. */
export type Put = (key: Buffer, value: Buffer) => void;

export class State implements Tenant {
  readonly weight = 1;
  /** float64s of a row that are the detector's. */
  readonly width: number;
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
  /** Rows of forgotten series, all zeros, also in the store. */
  readonly free = RowSet.empty();

  /** @param rows how many of them the store may have */
  constructor(frames: Frames, width: number, put: Put = () => {}, number = 0, session = 0, rows = 0) {
    this.#frames = frames;
    this.#put = put;
    this.#session = session;
    this.number = number;
    this.rows = rows;
    this.width = width;
    this.stride = strideOf(width);
    this.rowsPerPage = rowsPerPage(this.stride);
    this.#frameOf = new Int32Array(Math.max(FIRST_PAGES, this.pages)).fill(NEW);
    this.#frameOf.fill(COLD, 0, this.pages);
  }

  get pages(): number {
    return this.#pagesOf(0);
  }

  /** Rows in memory. */
  get hotRows(): number {
    return Math.min(this.hotPages * this.rowsPerPage, this.rows);
  }

  /** Bytes of the columns. */
  get bytesOfColumns(): number {
    return 4 * (this.#rowOf.length + this.#frameOf.length) + this.free.bytes;
  }

  /** Bytes by which they grow when all numbers of series are below this, and there are so many rows more. */
  growth(series: number, rows: number): number {
    const [numbers, frames] = [this.#rowOf.length, this.#frameOf.length];
    return 4 * (enough(numbers, series) - numbers + enough(frames, this.#pagesOf(rows)) - frames);
  }

  /** Grows them. */
  reach(series: number, rows: number): void {
    const [numbers, frames] = [this.#rowOf.length, this.#frameOf.length];
    const pages = this.#pagesOf(rows);
    if (series > numbers) this.#rowOf = grown(this.#rowOf, enough(numbers, series), NO_ROW);
    if (pages > frames) this.#frameOf = grown(this.#frameOf, enough(frames, pages), NEW);
  }

  /** The series' row; NO_ROW, or less for one that is asleep. */
  rowOf(series: number): number {
    return series < this.#rowOf.length ? this.#rowOf[series]! : NO_ROW;
  }

  /** Gives the series a row, all zeros. */
  add(series: number): number {
    const row = this.free.take() ?? this.rows++;
    this.set(series, row);
    if (this.pages > this.#frameOf.length) this.reach(0, 0);
    return row;
  }

  /** The series has this row, or NO_ROW, from now on. */
  set(series: number, row: number): void {
    if (series >= this.#rowOf.length) this.reach(series + 1, 0);
    this.#rowOf[series] = row;
  }

  /** A row between waking and sleeping. */
  static turn(row: number): number {
    return NO_ROW - 1 - row;
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

  /** The row at this place, whose page is hot, differs from what the store has. */
  changed(place: number): void {
    this.#frames.mark(this.#frames.frameOf(place), true);
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
    const stored = opened(this.key(page), value, this.stride);
    if (stored === undefined) {
      this.damaged++;
      return;
    }
    const place = this.#frames.place(this.#frameOf[page]!);
    const { i32 } = this.#frames.page(place);
    const at = this.#frames.at(place);
    this.bytes(page).set(stored.rows);
    if (stored.session === this.#session) return;
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
    this.#frames.mark(this.#frameOf[page]!, false);
    const key = this.key(page);
    this.#put(key, sealed(key, this.bytes(page), this.#session));
  }

  /** The rows of a page that is hot. */
  bytes(page: number): Uint8Array {
    const place = this.#frames.place(this.#frameOf[page]!);
    const bytes = this.rowsPerPage * this.stride * 8;
    return new Uint8Array(this.#frames.page(place).f64.buffer, 8 * this.#frames.at(place), bytes);
  }

  /** The store's key of a page. */
  key(page: number): Buffer {
    return pageKey(this.number, page);
  }

  /** The chunk that holds a place, and where in it. */
  page(place: number): Page {
    return this.#frames.page(place);
  }

  at(place: number): number {
    return this.#frames.at(place);
  }

  /** Pages, with so many rows more. */
  #pagesOf(more: number): number {
    return Math.ceil((this.rows + more) / this.rowsPerPage);
  }
}
