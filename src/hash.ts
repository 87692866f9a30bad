/** The hash of names in memory. Not for disk: it is 32 bits wide and collisions are settled by comparing bytes. */

/** Mixes four more bytes in. */
export function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** The last step: without it names that differ only at their end fill a table unevenly. */
export function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/** The hash of the bytes [start, end), the last word filled up with zeros. May read three bytes past the end. */
export function hashBytes(view: DataView, start: number, end: number): number {
  let hash = 0;
  let i = start;
  for (; i + 4 <= end; i += 4) hash = mix(hash, view.getInt32(i, true));
  if (i < end) hash = mix(hash, view.getInt32(i, true) & ((1 << ((end - i) << 3)) - 1));
  return finish(hash);
}

/** Mixes one more byte in: for field keys, which are short, and read a byte at a time anyway. */
export function mixByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** The hash of a field key as the parser makes it. */
export function hashFieldKey(bytes: Uint8Array): number {
  return bytes.reduce(mixByte, 0);
}

/** A copy of the bytes to hash and to compare, which reads whole words: with room behind its end. */
export function wordsOf(bytes: Uint8Array): DataView {
  const padded = Buffer.concat([bytes, Buffer.alloc(4)]);
  return new DataView(padded.buffer, padded.byteOffset, padded.length);
}
