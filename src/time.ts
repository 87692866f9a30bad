/** Times as text: RFC 3339 with as many digits of a second as it takes, exact in nanoseconds. */

/** In nanoseconds. */
const SECOND = 1_000_000_000n;

/** Nanoseconds since 1970 as RFC 3339, with as many digits as it takes. */
export function timeText(nanoseconds: bigint): string {
  // The second that has begun, also before 1970.
  const second = nanoseconds - (((nanoseconds % SECOND) + SECOND) % SECOND);
  const fraction = String(nanoseconds - second)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const whole = new Date(Number(second / 1_000_000n)).toISOString().slice(0, 19);
  return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** The date, the time of day, its seconds, the fraction of one, and the offset from UTC. */
const PATTERN = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d:?\d\d)?$/;

/**
 * Nanoseconds since 1970, or undefined where the text is no time. A date alone is its midnight; what names no zone is in
 * UTC; what is below a nanosecond is cut off.
 */
export function timeOf(text: string): bigint | undefined {
  const [, date, minute = '00:00', second = ':00', fraction = '', zone = 'Z'] = PATTERN.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}T${minute}${second}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds) || !isDay(date!)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** Whether its month has the day: `Date.parse` takes the 30th of February for the 1st of March. */
function isDay(date: string): boolean {
  const day = date.slice(8);
  return day <= '28' || new Date(date).toISOString().slice(8, 10) === day;
}
