/**
 * Rows as the store keeps them: a page of as many as fit, its checksum and the session that wrote it behind them.
 */
import { crc32 } from 'node:zlib';
import { FRAME_BYTES } from './frames.ts';

/** float64s before the detector's: the last time, then count and flags. */
export const HEADER = 2;
/** Places of the header in a row's 32-bit words. */
export const TIME_LOW = 0;
export const TIME_HIGH = 1;
/** Values learned so far, up to 2^31 − 1; 0 means that the row is new. */
export const COUNT = 2;
/** The judge's flags, and OFF. */
export const FLAGS = 3;
/** The flag of a row that has learned how fast its series rises, which was found to be a counter. */
export const DERIVED = 1 << 30;
/** The flag of a row whose detector has thrown: it is left alone until the program starts again. */
export const OFF = 1 << 31;

/** Behind the rows of a page: the checksum, and the session. */
const TRAILER = 8;
/** With its own 24 bytes, LMDB keeps a value of this length in one page of 4 KiB. */
const VALUE_BYTES = FRAME_BYTES - 24;
const WORD = 4;
const TWO_32 = 2 ** 32;

/** What the keys of all pages begin with. */
export const PAGE_PREFIX: Uint8Array = Buffer.from('p');

/** float64s from one row to the next. */
export function strideOf(width: number): number {
  return HEADER + width;
}

export function rowsPerPage(stride: number): number {
  return Math.max(1, Math.floor((VALUE_BYTES - TRAILER) / (8 * stride)));
}

/** The store's key of a page: ascending, so that pages that follow one another lie side by side. */
export function pageKey(instance: number, page: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key.set(PAGE_PREFIX);
  key.writeUInt32BE(instance, 1);
  key.writeUInt32BE(page, 5);
  return key;
}

/** The number of the instance whose page it is. */
export function instanceOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.length).getUint32(1);
}

/** The number of the page. */
export function pageOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.length).getUint32(5);
}

/** The value of the page with this key, with a copy of the rows. */
export function sealed(key: Uint8Array, rows: Uint8Array, session: number): Buffer {
  const value = Buffer.allocUnsafeSlow(rows.length + TRAILER);
  value.set(rows);
  value.writeUInt32LE(session, rows.length + WORD);
  value.writeUInt32LE(checksum(key, value), rows.length);
  return value;
}

/** The rows of the value of the page with this key, in its memory, and the session; undefined where it is damaged. */
export function opened(
  key: Uint8Array,
  value: Uint8Array,
  stride: number,
): { rows: Uint8Array; session: number } | undefined {
  const bytes = rowsPerPage(stride) * stride * 8;
  if (value.length !== bytes + TRAILER) return undefined;
  const trailer = new DataView(value.buffer, value.byteOffset + bytes);
  if (checksum(key, value) !== trailer.getUint32(0, true)) return undefined;
  return { rows: value.subarray(0, bytes), session: trailer.getUint32(WORD, true) };
}

/** What the road has noted of a series. */
export interface Header {
  /** Seconds of the last value. */
  readonly time: number;
  /** Nanoseconds of the last value. */
  readonly nanoseconds: bigint;
  readonly count: number;
  readonly flags: number;
}

/** The header of a row, which begins at `at` in bytes. */
export function headerOf(view: DataView, at: number): Header {
  const low = view.getUint32(at + WORD * TIME_LOW, true);
  const high = view.getInt32(at + WORD * TIME_HIGH, true);
  return {
    time: (high * TWO_32 + low) / 1e9,
    nanoseconds: (BigInt(high) << 32n) + BigInt(low),
    count: view.getInt32(at + WORD * COUNT, true),
    flags: view.getInt32(at + WORD * FLAGS, true),
  };
}

/** Of everything but itself, and of the key: a page in the wrong place is as good as damaged. */
function checksum(key: Uint8Array, value: Uint8Array): number {
  const at = value.length - TRAILER;
  return crc32(value.subarray(at + WORD), crc32(value.subarray(0, at), crc32(key)));
}
