/**
 * The least that a z-score over line protocol takes: one loop over the bytes, nothing that makes it safe. It
 * knows no escapes, strings, integers, late points or selectors, takes a tag set's fields by their place, flags
 * nothing in the output and has room for so many tag sets, no more. What the program costs beyond it is the
 * price of being right.
 */
import { readSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;
const TAG_SETS = 1 << 16;
const FIELDS = 16;
const WARMUP = 30;
const SHARE = 0.001;
const THRESHOLD = 6;
const SPACE = 32;
const COMMA = 44;
const DOT = 46;
const EQUALS = 61;
const POWER = Float64Array.from({ length: 23 }, (_, n) => 10 ** n);

const slots = new Int32Array(4 * TAG_SETS);
const hashes = new Int32Array(TAG_SETS);
const keyStarts = new Int32Array(TAG_SETS);
const keyLengths = new Int32Array(TAG_SETS);
const keys = Buffer.alloc(128 * TAG_SETS);
let tagSets = 0;
let keyBytes = 0;

const means = new Float64Array(TAG_SETS * FIELDS);
const variances = new Float64Array(TAG_SETS * FIELDS);
const counts = new Int32Array(TAG_SETS * FIELDS);
let flagged = 0;

/** The number of the tag set [start, end), a new one when it has not been seen. */
function tagSetOf(bytes: Buffer, start: number, end: number, hash: number): number {
  const mask = slots.length - 1;
  let slot = (hash ^ (hash >>> 15)) & mask;
  for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
    const found = slots[slot]! - 1;
    if (hashes[found] !== hash || keyLengths[found] !== end - start) continue;
    let at = keyStarts[found]!;
    let i = start;
    while (i < end && keys[at] === bytes[i]) {
      at++;
      i++;
    }
    if (i === end) return found;
  }
  bytes.copy(keys, keyBytes, start, end);
  hashes[tagSets] = hash;
  keyStarts[tagSets] = keyBytes;
  keyLengths[tagSets] = end - start;
  keyBytes += end - start;
  slots[slot] = ++tagSets;
  return tagSets - 1;
}

function scoreAndLearn(row: number, value: number): void {
  const change = value - means[row]!;
  const count = ++counts[row]!;
  if (count > WARMUP && change * change > THRESHOLD * THRESHOLD * variances[row]!) flagged++;
  const share = count * SHARE < 1 ? 1 / count : SHARE;
  means[row]! += share * change;
  variances[row] = (1 - share) * (variances[row]! + share * change * change);
}

/** Takes the whole lines of the first `length` bytes; answers where the last of them ends. */
function takeLines(bytes: Buffer, length: number): number {
  const end = bytes.lastIndexOf(10, length - 1) + 1;
  let i = 0;
  while (i < end) {
    const start = i;
    let hash = 0;
    for (; bytes[i] !== SPACE; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    let row = FIELDS * tagSetOf(bytes, start, i, hash);
    do {
      while (bytes[i] !== EQUALS) i++;
      let number = 0;
      let dot = 0;
      let byte = bytes[++i]!;
      for (; byte >= DOT; byte = bytes[++i]!) {
        if (byte === DOT) dot = i;
        else number = 10 * number + byte - 48;
      }
      scoreAndLearn(row++, dot > 0 ? number / POWER[i - dot - 1]! : number);
    } while (bytes[i] === COMMA);
    i = bytes.indexOf(10, i) + 1;
  }
  return end;
}

const buffer = Buffer.alloc(2 * CHUNK_BYTES);
let held = 0;
for (;;) {
  const count = readSync(0, buffer, held, CHUNK_BYTES, null);
  if (count === 0) break;
  const taken = takeLines(buffer, held + count);
  for (let written = 0; written < taken; ) written += writeSync(1, buffer, written, taken - written);
  buffer.copy(buffer, 0, taken, held + count);
  held += count - taken;
}
process.stderr.write(`${tagSets} tag sets, ${flagged} values flagged\n`);
