/** Numbers and times of line protocol, from bytes into the batch's columns. */
import type { Batch } from './batch.ts';
import { decimal, fourDigits } from './decimal.ts';
import type { Block } from './read.ts';

const MINUS = 45;
const DOT = 46;
const TWO_32 = 2 ** 32;
/** The most digits of an int64. */
const TIME_DIGITS = 19;
const LARGEST_HIGH = 2 ** 31 - 1;

/**
 * The number at `start`, into the batch as the value `value`; answers the position behind it and its type's
 * letter, or −1. The digits are gathered twice, as a double and modulo 2^32: see decimal.ts.
 */
export function parseNumber(batch: Batch, value: number, block: Block, start: number): number {
  const { bytes, view } = block;
  let i = start;
  let byte = bytes[i]!;
  const negative = byte === MINUS;
  if (negative) byte = bytes[++i]!;
  const first = i;
  let mantissa = 0;
  let low = 0;
  for (; isDigit(byte); byte = bytes[++i]!) {
    mantissa = mantissa * 10 + (byte - 48);
    low = (Math.imul(low, 10) + (byte - 48)) | 0;
  }
  let digits = i - first;
  let decimals = 0;
  const dotted = byte === DOT;
  if (dotted) {
    const dot = ++i;
    for (let four = fourDigits(view, i); four >= 0; four = fourDigits(view, i)) {
      mantissa = mantissa * 10_000 + four;
      low = (Math.imul(low, 10_000) + four) | 0;
      i += 4;
    }
    byte = bytes[i]!;
    for (; isDigit(byte); byte = bytes[++i]!) {
      mantissa = mantissa * 10 + (byte - 48);
      low = (Math.imul(low, 10) + (byte - 48)) | 0;
    }
    decimals = i - dot;
    digits += decimals;
  }
  if (digits === 0) return -1;
  const scientific = byte === 101 || byte === 69;
  if (scientific) {
    byte = bytes[++i]!;
    if (byte === MINUS || byte === 43) byte = bytes[++i]!;
    if (!isDigit(byte)) return -1;
    while (isDigit(byte)) byte = bytes[++i]!;
  }
  let number = scientific ? Number.NaN : decimal(mantissa, low, decimals);
  if (Number.isNaN(number)) number = Number(bytes.toString('latin1', first, i));
  // As Telegraf has it, a number beyond the largest double is none.
  if (number === Number.POSITIVE_INFINITY) return -1;
  batch.value[value] = negative ? -number : number;
  if (byte === 105 || byte === 117) return dotted || scientific ? -1 : i + 1;
  return i;
}

export function isDigit(byte: number): boolean {
  return (byte - 48) >>> 0 < 10;
}

/**
 * The timestamp at `start`: at most 19 digits within an int64, in nanoseconds. The low word is exact by 32-bit
 * arithmetic; the high word follows from the rounded double, whose error is far below 2^32.
 */
export function parseTime(batch: Batch, point: number, block: Block, start: number): number {
  const { bytes, view } = block;
  let i = start;
  const negative = bytes[i] === MINUS;
  if (negative) i++;
  const first = i;
  let nanoseconds = 0;
  let low = 0;
  for (let four = fourDigits(view, i); four >= 0; four = fourDigits(view, i)) {
    nanoseconds = nanoseconds * 10_000 + four;
    low = (Math.imul(low, 10_000) + four) | 0;
    i += 4;
  }
  for (let byte = bytes[i]!; isDigit(byte); byte = bytes[++i]!) {
    nanoseconds = nanoseconds * 10 + (byte - 48);
    low = (Math.imul(low, 10) + (byte - 48)) | 0;
  }
  if (i === first || i - first > TIME_DIGITS) return -1;
  let high = Math.round((nanoseconds - (low >>> 0)) / TWO_32);
  // The least int64 has no positive twin.
  if (high > LARGEST_HIGH && !(negative && high === LARGEST_HIGH + 1 && low === 0)) return -1;
  if (negative) {
    low = -low | 0;
    high = low === 0 ? -high : ~high;
  }
  batch.timeHigh[point] = high;
  batch.timeLow[point] = low;
  batch.seconds[point] = (high * TWO_32 + (low >>> 0)) / 1e9;
  return i;
}

/** Gives the point a time, in nanoseconds since 1970. */
export function setTime(batch: Batch, point: number, nanoseconds: bigint): void {
  batch.timeHigh[point] = Number(BigInt.asIntN(32, nanoseconds >> 32n));
  batch.timeLow[point] = Number(BigInt.asIntN(32, nanoseconds));
  batch.seconds[point] = Number(nanoseconds) / 1e9;
}
