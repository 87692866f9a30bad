/** Times of csv cells as int64 nanoseconds since 1970, exactly. */
import { timeOf } from '../time.ts';

export type Precision = 's' | 'ms' | 'us' | 'ns';

/** Decimals that a number of seconds, and so on, has until it is in nanoseconds. */
const DECIMALS: { readonly [precision in Precision]: number } = { s: 9, ms: 6, us: 3, ns: 0 };
const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

/**
 * A time as `timeOf` reads it, or a number of `precision` since 1970. Undefined for what is neither, or beyond what 64 bits hold.
 */
export function nanosecondsOf(text: string, precision: Precision): bigint | undefined {
  const number = /^(-?\d{1,19})(?:\.(\d+))?$/.exec(text);
  const time = number === null ? timeOf(text) : scaled(number[1]!, number[2], DECIMALS[precision]);
  return time !== undefined && time >= FIRST && time <= LAST ? time : undefined;
}

/** For a number that is too large for what it was taken for: the first precision in which it is a time. */
export function precisionOf(text: string): Precision | undefined {
  if (!/^-?\d/.test(text) || nanosecondsOf(text, 's') !== undefined) return undefined;
  return (['ms', 'us', 'ns'] as const).find((precision) => nanosecondsOf(text, precision) !== undefined);
}

/** What is below a nanosecond is cut off. */
function scaled(whole: string, fraction = '', decimals: number): bigint {
  return BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
}
