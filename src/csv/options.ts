/** What a user says of a csv file, read once. */
import { basename } from 'node:path';
import { parseDuration } from '../config/units.ts';
import { Refusal } from '../refusal.ts';
import { nanosecondsOf, type Precision } from './time.ts';

/** As the command line has them. */
export interface CsvArguments {
  /** Names of the columns, with commas between; without them the first line is the header. */
  readonly columns?: string | undefined;
  /** Names of columns, or KEY=VALUE for a tag that every point gets. */
  readonly tag?: readonly string[] | undefined;
  /** Columns of whole numbers, of texts, and what is not wanted. */
  readonly integer?: readonly string[] | undefined;
  readonly string?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  /** The column of the time; or the time of the first row and how much later each other one is. */
  readonly time?: string | undefined;
  readonly precision?: Precision | undefined;
  readonly start?: string | undefined;
  readonly every?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly measurement?: string | undefined;
}

export interface CsvOptions {
  readonly columns: readonly string[] | undefined;
  readonly tags: readonly string[];
  readonly constants: readonly (readonly [key: string, value: string])[];
  readonly integers: ReadonlySet<string>;
  readonly strings: ReadonlySet<string>;
  readonly drops: ReadonlySet<string>;
  readonly time: string | undefined;
  readonly precision: Precision;
  /** Nanoseconds. */
  readonly clock: { readonly start: bigint; readonly every: bigint } | undefined;
  readonly delimiter: string;
  readonly measurement: string | undefined;
}

/** Throws a Refusal. */
export function readCsvOptions(given: CsvArguments): CsvOptions {
  const tags = given.tag ?? [];
  refuseTwice(given);
  return {
    columns: given.columns?.split(',').map((name) => name.trim()),
    tags: tags.filter((tag) => !tag.includes('=')),
    constants: tags.filter((tag) => tag.includes('=')).map(constant),
    integers: new Set(given.integer),
    strings: new Set(given.string),
    drops: new Set(given.drop),
    time: given.time,
    precision: given.precision ?? 's',
    clock: clockOf(given),
    delimiter: delimiterOf(given.delimiter ?? ','),
    measurement: given.measurement,
  };
}

/** A column is one thing. */
function refuseTwice({ tag = [], integer = [], string = [], drop = [] }: CsvArguments): void {
  const named = new Map<string, string>();
  for (const [option, names] of Object.entries({ tag, integer, string, drop }))
    for (const name of names) {
      const other = named.get(name);
      if (other !== undefined && other !== option)
        throw new Refusal(
          'CSV_ARGUMENT',
          `--${other} ${name} and --${option} ${name} say two things of one column`,
        );
      named.set(name, option);
    }
}

function constant(tag: string): [string, string] {
  const at = tag.indexOf('=');
  const pair: [string, string] = [tag.slice(0, at), tag.slice(at + 1)];
  if (pair.includes('')) throw new Refusal('CSV_ARGUMENT', `--tag ${tag} is half a tag; write KEY=VALUE`);
  return pair;
}

function clockOf({ time, start, every }: CsvArguments): CsvOptions['clock'] {
  if (start === undefined && every === undefined) return undefined;
  if (time !== undefined)
    throw new Refusal('CSV_ARGUMENT', '--time and --start say two things of one time; leave one away');
  if (start === undefined || every === undefined)
    throw new Refusal('CSV_ARGUMENT', '--start and --every go together: --start 2024-01-01 --every 1m');
  const first = nanosecondsOf(start, 's');
  if (first === undefined)
    throw new Refusal('CSV_ARGUMENT', `--start ${start} is no time; write 2024-01-01T00:00:00Z`);
  const seconds = parseDuration(every);
  if (seconds === undefined || !(seconds > 0))
    throw new Refusal('CSV_ARGUMENT', `--every ${every} is no duration; write 1m or 10s`);
  return { start: first, every: BigInt(Math.round(seconds * 1e9)) };
}

function delimiterOf(text: string): string {
  const delimiter = text === 'tab' || text === '\\t' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new Refusal('CSV_ARGUMENT', `--delimiter "${text}" is not one character; write , or ; or tab`);
}

/** The measurement that a file's points have unless another is named: its name up to its first dot. */
export function measurementOf(file: string): string {
  return basename(file).replace(/(.)\..*$/, '$1');
}

/** Whether the file is csv by its name. */
export function isCsv(file: string): boolean {
  return /\.csv(\.gz)?$/i.test(file);
}
