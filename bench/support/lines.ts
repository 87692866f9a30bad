/** Lines to measure with: the same numbers in every run, decided by the seed, the line and the field alone. */
import { uniform } from '../../src/math/random.ts';

/** Points of one round are stamped alike; rounds are ten seconds apart. */
const FIRST_SECOND = 1_700_000_000;
const STEP_SECONDS = 10;

/** One line without its newline. `series` numbers the tag set, `round` its points. */
export type MakeLine = (series: number, round: number) => string;

function time(round: number): string {
  return `${FIRST_SECOND + round * STEP_SECONDS}000000000`;
}

/** Random in [0, 1), with the full 52 bits. */
function chance(field: number, series: number, round: number): number {
  return uniform(field, series, round);
}

/** A share in percent as Telegraf's cpu input makes it: the quotient of two differences of ticks. */
function percent(field: number, series: number, round: number): string {
  const ticks = 990 + Math.floor(20 * chance(100, series, round));
  return String((100 * Math.floor(60 * chance(field, series, round))) / ticks);
}

function host(series: number): string {
  return `web-${String(series >> 4).padStart(5, '0')}.example.net`;
}

/** Three tags, two floats of 4 and 12 decimals. */
export const plain: MakeLine = (series, round) => {
  const tags = `disk=sd${series & 15},host=${host(series)},site=eu-central-${series % 7}`;
  const busy = (80 + 15 * chance(1, series, round)).toFixed(4);
  const wait = (9 * chance(2, series, round)).toFixed(12);
  return `diskio,${tags} busy=${busy},wait=${wait} ${time(round)}`;
};

const CPU_FIELDS = [
  'guest',
  'guest_nice',
  'idle',
  'iowait',
  'irq',
  'nice',
  'softirq',
  'steal',
  'system',
  'user',
];

/** Telegraf's cpu input: ten floats, half of them zeros, the others with all the digits that a double has. */
export const cpu: MakeLine = (series, round) => {
  const fields = CPU_FIELDS.map(
    (name, i) => `usage_${name}=${i % 2 === 0 && i > 0 ? percent(i, series, round) : 0}`,
  );
  return `cpu,cpu=cpu${series & 15},host=${host(series)} ${fields.join(',')} ${time(round)}`;
};

const MEM_FIELDS =
  'active available buffered cached commit_limit committed_as dirty free high_free high_total inactive ' +
  'low_free low_total mapped page_tables shared slab sreclaimable sunreclaim swap_cached swap_free swap_total ' +
  'total used vmalloc_chunk vmalloc_total vmalloc_used write_back';

/** Telegraf's mem input: thirty fields, nearly all of them byte counts. */
export const mem: MakeLine = (series, round) => {
  const counts = MEM_FIELDS.split(' ').map(
    (name, i) => `${name}=${Math.floor(2 ** 34 * chance(i, series, round))}i`,
  );
  const shares = ['available_percent', 'used_percent'].map(
    (name, i) => `${name}=${100 * chance(40 + i, series, round)}`,
  );
  return `mem,host=${host(series)} ${[...counts, ...shares].join(',')} ${time(round)}`;
};

/** Escaped blanks and commas in tags, a string with quotes in it, an integer, a boolean. */
export const escaped: MakeLine = (series, round) => {
  const tags = `host=${host(series)},path=/srv/my\\ files\\,${series}`;
  const text = `message="said \\"no\\" to request ${series} of ${round}, then slept"`;
  return `app\\ log,${tags} count=${series}i,level=${chance(1, series, round).toFixed(6)},${text},ok=true ${time(round)}`;
};

/** Lines of so many bytes at least, their series in turn. */
export function linesOf(make: MakeLine, bytes: number): string[] {
  const lines: string[] = [];
  for (let length = 0; length < bytes; length += lines.at(-1)!.length + 1) lines.push(make(lines.length, 0));
  return lines;
}
