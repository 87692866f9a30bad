/** Durations and sizes in text, after Telegraf's rules; undefined for a text that is neither. */

const NANOSECONDS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5
  μs: 1e3, // U+03BC, which Go takes as well
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86400e9,
};
/** Go's durations are int64 nanoseconds. */
const MAX_SECONDS = 2 ** 63 / 1e9;

const BINARY = unitTable('iB', 1024, 'KMGTPE');
const METRIC = { ...unitTable('B', 1000, 'KMGTPE'), kB: 1000 };

const NUMBER = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** "10s", "1h30m", "1.5d", "10" (seconds) or "" (none) in seconds. */
export function parseDuration(text: string): number | undefined {
  if (text === '') return 0;
  // Added up as nanoseconds, since 7 * 1e6 / 1e9 is 0.007 and 7 * 0.001 need not be.
  const seconds = NUMBER.test(text) ? Number(text) : (sum(text, NANOSECONDS) ?? Number.NaN) / 1e9;
  return seconds < MAX_SECONDS ? seconds : undefined;
}

/** "64MiB" (2^20), "64MB" (10^6), "1024" or "" (none) in bytes. */
export function parseSize(text: string): number | undefined {
  if (text === '') return 0;
  const bytes = /^\+?\d+$/.test(text) ? Number(text) : (sum(text, BINARY) ?? sum(text, METRIC));
  return bytes !== undefined && bytes < 2 ** 63 ? Math.trunc(bytes) : undefined;
}

/** "1h30m" as a sum of numbers with a unit each. */
function sum(text: string, units: Record<string, number>): number | undefined {
  if (!/^\+?((\d+\.?\d*|\.\d+)[^\d.]+)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)([^\d.]+)/g)) {
    if (!Object.hasOwn(units, unit!)) return undefined;
    total += Number(number) * units[unit!]!;
  }
  return total;
}

function unitTable(suffix: string, scale: number, prefixes: string): Record<string, number> {
  const units: Record<string, number> = { B: 1 };
  [...prefixes].forEach((prefix, at) => {
    units[prefix + suffix] = scale ** (at + 1);
  });
  return units;
}
