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

/** The date and the time of day to the second; the fraction; the offset from UTC. */
const PATTERN = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d))?$/;

/** Nanoseconds since 1970, or undefined where the text is no time. A date alone is its midnight in UTC. */
export function timeOf(text: string): bigint | undefined {
  const [, date, time = '00:00:00', fraction = '', offset = 'Z'] = PATTERN.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
