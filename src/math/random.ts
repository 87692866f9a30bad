/**
 * Chance without a state: a number that looks random, and that the same arguments give again, in any order,
 * in any process.
 */

/** One number seen as its two 32-bit halves. */
const whole = new Float64Array(1);
const halves = new Uint32Array(whole.buffer);

/** The finisher of MurmurHash3 (Austin Appleby, public domain): each bit in flips half the bits out. */
function scatter(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Different odd steps between the words keep equal words from cancelling each other. */
function fold(hash: number, value: number, step: number): number {
  whole[0] = value + 0; // -0 becomes 0: equal values, equal chance
  return scatter(Math.imul(scatter(hash ^ halves[0]!) + step, 5) ^ halves[1]!);
}

/** Uniform in the open interval (0, 1), in steps of 2^-52, decided by the three numbers alone. */
export function uniform(seed: number, first: number, second: number): number {
  const high = fold(fold(fold(0x2545f491, seed, 0x9e3779b9), first, 0x7f4a7c15), second, 0x3c6ef372);
  const low = fold(fold(fold(high, second, 0x1b873593), first, 0x5bd1e995), seed, 0x27d4eb2f);
  return ((high >>> 6) * 0x4000000 + (low >>> 6) + 0.5) / 0x10000000000000;
}
