/**
 * A tag set in the store: its key is its bytes, its record says which series it has and which rows are theirs.
 * 32-bit words, little-endian: the length of the tail, the tail, the series, a checksum.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Stores take keys of 1,100 bytes. Of a longer tag set the rest stands in the record, and its hash in the key. */
export const LONGEST_IN_KEY = 1000;
const PREFIX = Buffer.from('t');
const SCORE_BIT = 2 ** 31;

/** One series of a tag set. */
export interface StoredSeries {
  /** Number of the field key. */
  readonly fieldKey: number;
  /** A score that an earlier layer has put on the point. */
  readonly isScore: boolean;
  /** Instance number and row, by turns. */
  readonly rows: readonly number[];
}

/** What the keys of all records begin with. */
export const RECORD_PREFIX: Uint8Array = PREFIX;

/** The store's key of a tag set. */
export function recordKey(tagSet: Uint8Array): Buffer {
  if (tagSet.length <= LONGEST_IN_KEY) return Buffer.concat([PREFIX, tagSet]);
  return Buffer.concat([PREFIX, tagSet.subarray(0, LONGEST_IN_KEY), hash('sha256', tagSet, 'buffer')]);
}

/** The tag set of a key and its record. */
export function tagSetOf(key: Uint8Array, record: Uint8Array): Buffer {
  const tail = new DataView(record.buffer, record.byteOffset).getUint32(0, true);
  return Buffer.concat([key.subarray(1, 1 + LONGEST_IN_KEY), record.subarray(4, 4 + tail)]);
}

export function encodeRecord(key: Uint8Array, tagSet: Uint8Array, series: readonly StoredSeries[]): Buffer {
  const tail = tagSet.subarray(LONGEST_IN_KEY);
  const words = series.reduce((sum, { rows }) => sum + 2 + rows.length, 0);
  const record = Buffer.allocUnsafeSlow(4 + tail.length + 4 * words + 4);
  record.writeUInt32LE(tail.length, 0);
  record.set(tail, 4);
  let at = 4 + tail.length;
  const put = (word: number): void => {
    at = record.writeUInt32LE(word, at);
  };
  for (const { fieldKey, isScore, rows } of series) {
    put(isScore ? fieldKey + SCORE_BIT : fieldKey);
    put(rows.length);
    for (const word of rows) put(word);
  }
  put(checksum(key, record));
  return record;
}

/** The series of a record, or undefined where it is damaged. */
export function decodeRecord(key: Uint8Array, record: Uint8Array): StoredSeries[] | undefined {
  if (record.length < 8) return undefined;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const end = record.length - 4;
  if (view.getUint32(end, true) !== checksum(key, record)) return undefined;
  const series: StoredSeries[] = [];
  for (let at = 4 + view.getUint32(0, true); at < end; ) {
    const field = view.getUint32(at, true);
    const count = view.getUint32(at + 4, true);
    const rows: number[] = [];
    for (at += 8; rows.length < count; at += 4) rows.push(view.getUint32(at, true));
    const isScore = field >= SCORE_BIT;
    series.push({ fieldKey: isScore ? field - SCORE_BIT : field, isScore, rows });
  }
  return series;
}

/** Of the key too: a record in the wrong place is as good as damaged. */
function checksum(key: Uint8Array, record: Uint8Array): number {
  return crc32(record.subarray(0, record.length - 4), crc32(key));
}
