/**
 * Digits → the nearest double, without making a string. Up to 2^53 the digits are an exact integer, a power of
 * ten up to 22 is exact too, and one division rounds once (Clinger, "How to read floating point numbers
 * accurately", 1990). Telegraf's floats often have 16 or 17 digits, which is more; for them the quotient is
 * computed in twice the precision (Dekker, "A floating-point technique for extending the available precision",
 * 1971).
 */

/** 10^n, exact in a double up to 22. */
const POWER = Float64Array.from({ length: 23 }, (_, n) => 10 ** n);
const EXACT_INTEGERS = 2 ** 53;
/** Below it a double of accumulated digits is off by less than 2^31, so that 32 bits tell by how much. */
const LARGEST_INTEGER = 2 ** 64;
/** Splits a double into two halves of 26 bits, whose products are exact. */
const SPLITTER = 2 ** 27 + 1;
/** Of the quotient: many times the error of a quotient in twice the precision, which is below 2^-100. */
const MARGIN = 2 ** -90;

/**
 * The double nearest to `digits / 10^decimals`, NaN when that has to be left to the language.
 *
 * @param rounded the digits as a double, gathered with rounding
 * @param low the digits modulo 2^32, as an int32
 */
export function decimal(rounded: number, low: number, decimals: number): number {
  if (decimals >= POWER.length) return Number.NaN;
  const power = POWER[decimals]!;
  if (rounded <= EXACT_INTEGERS) return rounded / power;
  if (rounded >= LARGEST_INTEGER) return Number.NaN;
  const rest = (low - (rounded | 0)) | 0;
  return decimals === 0 ? rounded + rest : longQuotient(rounded, rest, power);
}

/** The double nearest to `(digits + rest) / power`, or NaN when it is too near to the middle of two. */
function longQuotient(digits: number, rest: number, power: number): number {
  const quotient = digits / power;
  // What the division left: digits − quotient × power, exactly. The product is exact as the sum of two doubles.
  const product = quotient * power;
  const quotientHigh = upperHalf(quotient);
  const quotientLow = quotient - quotientHigh;
  const powerHigh = upperHalf(power);
  const powerLow = power - powerHigh;
  const productRest =
    quotientLow * powerLow -
    (product - quotientHigh * powerHigh - quotientLow * powerHigh - quotientHigh * powerLow);
  const correction = (digits - product - productRest + rest) / power;
  // The true quotient lies between the two sums, and rounding keeps the order: where they agree, that is it.
  const margin = quotient * MARGIN;
  const below = quotient + (correction - margin);
  const above = quotient + (correction + margin);
  return below === above ? below : Number.NaN;
}

function upperHalf(number: number): number {
  const scaled = number * SPLITTER;
  return scaled - (scaled - number);
}

/** The four digits at `start` as a number, a negative one when one of the four bytes is no digit. */
export function fourDigits(view: DataView, start: number): number {
  const digits = (view.getInt32(start, true) - 0x30303030) | 0;
  // A byte that is no digit has its upper bit set here, or there after adding 0x76.
  if (((digits | (digits + 0x76767676)) & 0x80808080) !== 0) return -1;
  // Tens and ones of two pairs at once, in the first and the third byte.
  const pairs = Math.imul(digits, 10) + (digits >>> 8);
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}
