/** Times of csv cells as int64 nanoseconds since 1970, exactly. */

export type Precision = 's' | 'ms' | 'us' | 'ns';

/** Decimals that a number of seconds, and so on, has until it is in nanoseconds. */
const DECIMALS: { readonly [precision in Precision]: number } = { s: 9, ms: 6, us: 3, ns: 0 };
const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

/**
 * RFC 3339, also with a blank in place of the T, and in UTC where it names no zone; or a number of `precision` since
 * 1970. Undefined for what is neither, or beyond what 64 bits hold.
 */
export function nanosecondsOf(text: string, precision: Precision): bigint | undefined {
  const number = /^(-?\d{1,19})(?:\.(\d+))?$/.exec(text);
  const time = number === null ? fromDate(text) : scaled(number[1]!, number[2], DECIMALS[precision]);
  return time !== undefined && time >= FIRST && time <= LAST ? time : undefined;
}

/** What is below a nanosecond is cut off. */
function scaled(whole: string, fraction = '', decimals: number): bigint {
  return BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
}

function fromDate(text: string): bigint | undefined {
  const parts =
    /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d:?\d\d)?$/.exec(text);
  if (parts === null) return undefined;
  const [, day, minute = '00:00', second = ':00', fraction = '', zone = 'Z'] = parts;
  const milliseconds = Date.parse(`${day}T${minute}${second}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}
