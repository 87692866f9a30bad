/**
 * Line protocol → columns. One walk over the bytes; no strings are made. The grammar is Telegraf's own
 * parser's, read leniently: a line taken here for a point that Telegraf would refuse does no harm, since all
 * bytes are passed on as they came.
 */
import type { Batch } from './batch.ts';
import { finish, hashBytes, mix, mixByte } from './hash.ts';
import { isDigit, parseNumber, parseTime, setTime } from './number.ts';
import type { Block } from './read.ts';

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const EQUALS = 61;
const BACKSLASH = 92;

/** Answers of parseLine that are no position. */
const MALFORMED = -1;
const INCOMPLETE = -2;

/** Bytes that end a field key: white space, comma, equals sign. */
const ENDS_FIELD_KEY = new Uint8Array(256);
for (const byte of [TAB, NEWLINE, 11, 12, RETURN, SPACE, COMMA, EQUALS]) ENDS_FIELD_KEY[byte] = 1;

/** Bytes that end a tag set: white space. Any other control character is part of a name. */
const ENDS_TAG_SET = new Uint8Array(256);
for (const byte of [TAB, NEWLINE, 11, 12, RETURN, SPACE]) ENDS_TAG_SET[byte] = 1;

/**
 * Fills the batch with the points of the block's whole lines and sets `batch.end` behind the last of them.
 * Blank lines and comments are passed over, lines that are no points are counted. A point without a time
 * happens now, as Telegraf has it.
 *
 * @param from where the first line starts
 * @param last no more bytes will follow: a string that is never closed ends with its line
 */
export function parse(batch: Batch, block: Block, from = 0, last = false): void {
  const waiting = !last && isWaiting(batch, block);
  batch.reset(block);
  if (waiting) return;
  const { bytes, length } = block;
  const data = bytes.subarray(0, length);
  const plain = !data.includes(BACKSLASH) && !data.includes(QUOTE);
  let start = from;
  while (start < length) {
    batch.openString = -1;
    const next = parseLine(batch, block, start, plain);
    if (next >= 0) {
      start = next;
      continue;
    }
    if (next === INCOMPLETE && !last) break;
    const newline = bytes.indexOf(NEWLINE, next === INCOMPLETE ? start : failedAt);
    if (newline >= length) break;
    if (batch.malformed++ === 0) {
      batch.malformedStart = start;
      batch.malformedEnd = newline;
    }
    start = newline + 1;
  }
  batch.end = start;
  batch.firstValue[batch.points] = batch.values;
}

/**
 * Whether the block is still one line without an end, by a look at its fresh bytes alone: a line that comes in many
 * chunks is not parsed again with each.
 */
function isWaiting(batch: Batch, { bytes, length, fresh }: Block): boolean {
  if (fresh === 0) return false;
  if (batch.openString >= 0) {
    const closing = closingQuote(bytes, batch.openString, fresh);
    if (closing < 0 || closing >= length) return true;
    batch.openString = -1;
  }
  return bytes.indexOf(NEWLINE, fresh) >= length;
}

/** Where parseLine stopped when it answered MALFORMED. */
let failedAt = 0;
/** What hashTagSet found beside the position that it returns. */
let foundHash = 0;

/**
 * One line, its first byte at `start`. Answers where the next one starts, MALFORMED or INCOMPLETE.
 * Every scan stops at the newline behind the block at the latest.
 */
function parseLine(batch: Batch, block: Block, start: number, plain: boolean): number {
  const { bytes, length } = block;
  const firstValue = batch.values;
  let values = firstValue;
  let i = start;
  let byte = bytes[i]!;
  while (byte === SPACE || byte === TAB) byte = bytes[++i]!;
  if (byte === HASH || byte === NEWLINE || byte === RETURN) {
    const newline = bytes.indexOf(NEWLINE, i);
    return newline < length ? newline + 1 : INCOMPLETE;
  }

  const keyStart = i;
  i = plain ? hashPlainTagSet(block, i) : hashTagSet(block, i);
  if (bytes[i] !== SPACE || i === keyStart) return fail(i);
  const keyEnd = i;
  const keyHash = foundHash;
  do byte = bytes[++i]!;
  while (byte === SPACE);

  for (;;) {
    const fieldStart = i;
    let hash = 0;
    while (ENDS_FIELD_KEY[byte] === 0) {
      hash = mixByte(hash, byte);
      if (byte === BACKSLASH && escapes(bytes[i + 1]!)) hash = mixByte(hash, bytes[++i]!);
      byte = bytes[++i]!;
    }
    if (byte !== EQUALS || i === fieldStart) return fail(i);
    const fieldEnd = i;
    byte = bytes[++i]!;

    if (isDigit(byte) || byte === MINUS || byte === DOT) {
      i = parseNumber(batch, values, block, i);
      if (i < 0) return fail(fieldEnd + 1);
      batch.pointOf[values] = batch.points;
      batch.fieldStart[values] = fieldStart;
      batch.fieldEnd[values] = fieldEnd;
      batch.fieldHash[values] = hash;
      values++;
    } else if (byte === QUOTE) {
      const text = i + 1;
      i = closingQuote(bytes, text, text) + 1;
      if (i === 0 || i > length) {
        batch.openString = text - start;
        return INCOMPLETE;
      }
    } else {
      i = skipBoolean(bytes, i);
      if (i < 0) return fail(fieldEnd + 1);
    }
    byte = bytes[i]!;
    if (byte !== COMMA) break;
    byte = bytes[++i]!;
  }

  const fieldsEnd = i;
  while (byte === SPACE) byte = bytes[++i]!;
  const point = batch.points;
  if (byte === NEWLINE || byte === RETURN) {
    if (values > firstValue) setTime(batch, point, BigInt(Date.now()) * 1_000_000n);
  } else {
    i = parseTime(batch, point, block, i);
    if (i < 0) return fail(fieldsEnd);
    byte = bytes[i]!;
  }
  while (byte === SPACE || byte === TAB || byte === RETURN) byte = bytes[++i]!;
  if (byte !== NEWLINE) return fail(i);
  if (i >= length) return INCOMPLETE;

  batch.lines++;
  if (values > firstValue) {
    batch.keyStart[point] = keyStart;
    batch.keyEnd[point] = keyEnd;
    batch.keyHash[point] = keyHash;
    batch.fieldsEnd[point] = fieldsEnd;
    batch.firstValue[point] = firstValue;
    batch.values = values;
    batch.points++;
  }
  return i + 1;
}

function fail(at: number): number {
  failedAt = at;
  return MALFORMED;
}

/** A backslash before one of these three hides it; before anything else it is itself. */
function escapes(byte: number): boolean {
  return byte === COMMA || byte === EQUALS || byte === SPACE;
}

/**
 * The end of the tag set that starts at `i`: its first unescaped space, or a byte that cannot be in one.
 * Leaves the hash of the bytes in foundHash. Four bytes a step: the words are mixed until one holds a byte
 * below "!", which the subtraction finds.
 */
function hashPlainTagSet(block: Block, start: number): number {
  const { view } = block;
  let hash = 0;
  let i = start;
  for (;;) {
    const word = view.getInt32(i, true);
    const blank = (word - 0x21212121) & ~word & 0x80808080;
    if (blank === 0) {
      hash = mix(hash, word);
      i += 4;
      continue;
    }
    const left = 31 - Math.clz32(blank & -blank) - 7;
    if (left > 0) hash = mix(hash, word & ((1 << left) - 1));
    foundHash = finish(hash);
    i += left >> 3;
    return ENDS_TAG_SET[block.bytes[i]!] === 1 ? i : hashTagSet(block, start);
  }
}

/** The same for a block that holds backslashes or quotes. */
function hashTagSet(block: Block, start: number): number {
  const { bytes } = block;
  let i = start;
  for (let byte = bytes[i]!; ENDS_TAG_SET[byte] === 0; byte = bytes[++i]!) {
    if (byte === BACKSLASH && escapes(bytes[i + 1]!)) i++;
  }
  foundHash = hashBytes(block.view, start, i);
  return i;
}

/**
 * The quote that closes the string whose text starts at `start`, or −1: a quote behind an even number of backslashes.
 * There is none before `from`.
 */
function closingQuote(bytes: Buffer, start: number, from: number): number {
  for (let i = bytes.indexOf(QUOTE, from); i >= 0; i = bytes.indexOf(QUOTE, i + 1)) {
    let before = i;
    while (before > start && bytes[before - 1] === BACKSLASH) before--;
    if (((i - before) & 1) === 0) return i;
  }
  return -1;
}

/** Behind a boolean (t, T, true, True, TRUE and so for f), or −1. */
function skipBoolean(bytes: Buffer, start: number): number {
  let end = start;
  while (end < start + 6 && ENDS_FIELD_KEY[bytes[end]!] === 0) end++;
  return BOOLEANS.has(bytes.toString('latin1', start, end)) ? end : -1;
}
const BOOLEANS = new Set(['t', 'T', 'true', 'True', 'TRUE', 'f', 'F', 'false', 'False', 'FALSE']);
