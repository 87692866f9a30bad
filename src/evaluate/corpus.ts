/**
 * Labelled series: those of a directory in the layout of the Numenta Anomaly Benchmark (data/, and the windows in
 * labels/combined_windows.json), or of csv files with the columns timestamp, value and label.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { type Csv, readCsv } from './csv.ts';

/** A stretch of rows that is labelled as anomalous; both ends belong to it. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

export interface Series {
  /** The path of its file below the corpus. */
  readonly name: string;
  /** Event time by row, in seconds. */
  readonly seconds: Float64Array;
  /** By row; NaN where there is none. */
  readonly values: Float64Array;
  /** In order; none overlaps another. */
  readonly windows: readonly Window[];
}

const WINDOWS_FILE = 'labels/combined_windows.json';
const LABELS: ReadonlyMap<string, boolean> = new Map([
  ['', false],
  ['0', false],
  ['false', false],
  ['1', true],
  ['true', true],
]);
/** Seconds: the year 5138. What is beyond was meant in milliseconds. */
const LATEST = 1e11;
const WANTED_TIME = '"2014-07-01 00:00:00" (UTC), RFC 3339 or seconds since 1970';

/** Sorted by name. Throws a Refusal. */
export function readCorpus(path: string): Series[] {
  if (!existsSync(path))
    throw new Refusal('EVALUATE_NO_DATA', `there is no ${path}; give a csv file or a directory of them`);
  const isFolder = statSync(path).isDirectory();
  const isNab = isFolder && existsSync(join(path, WINDOWS_FILE));
  const root = isNab ? join(path, 'data') : path;
  const files = isFolder ? csvFiles(root) : [path];
  if (files.length === 0)
    throw new Refusal('EVALUATE_NO_DATA', `${root} holds no csv file; see docs/evaluate.md`);
  const named = files.map((file) => ({ file, name: isFolder ? relative(root, file) : basename(file) }));
  const windows = isNab ? readWindows(join(path, WINDOWS_FILE)) : undefined;
  return named.map(({ file, name }) => readSeries(name, readCsv(file), windows));
}

function csvFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.csv(\.gz)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const TIME = z.string().refine((text) => !Number.isNaN(secondsOf(text)), `is no time; write ${WANTED_TIME}`);
/** By the name of the series: pairs of first and last time. */
const WINDOWS = z.record(z.string(), z.array(z.tuple([TIME, TIME])));
type Windows = z.infer<typeof WINDOWS>;

function readWindows(file: string): Windows {
  try {
    return WINDOWS.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof z.ZodError))
      throw new Refusal('EVALUATE_UNREADABLE', `${file}: ${(error as Error).message}`);
    const { path, message } = error.issues[0]!;
    throw new Refusal(
      'EVALUATE_LABELS',
      `${file}: ${path.join(' > ')}: ${message}; it holds, by the name of each file, a list of pairs [first time, last time]`,
    );
  }
}

function readSeries(name: string, csv: Csv, windows: Windows | undefined): Series {
  const seconds = Float64Array.from(csv.column('timestamp'), (text, row) => {
    const time = secondsOf(text);
    if (!Number.isNaN(time)) return time;
    throw new Refusal('EVALUATE_CSV', `${csv.file}:${row + 2}: "${text}" is no time; write ${WANTED_TIME}`);
  });
  const values = Float64Array.from(csv.column('value'), (text, row) => {
    const value = Number(text);
    if (text === '' || /^nan$/i.test(text)) return Number.NaN;
    if (Number.isFinite(value)) return value;
    throw new Refusal('EVALUATE_CSV', `${csv.file}:${row + 2}: "${text}" is no number`);
  });
  return {
    name,
    seconds,
    values,
    windows:
      windows === undefined
        ? runs(csv)
        : between(Object.hasOwn(windows, name) ? windows[name] : undefined, seconds, name),
  };
}

/** Time in seconds; without a zone it is UTC. NaN for what is no time, such as milliseconds. */
export function secondsOf(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Math.abs(Number(text)) < LATEST ? Number(text) : Number.NaN;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text.slice(10)) ? text : `${text}Z`;
  return Date.parse(zoned.replace(' ', 'T')) / 1000;
}

/** Each run of labelled rows is a window. */
function runs(csv: Csv): Window[] {
  const windows: { first: number; last: number }[] = [];
  for (const [row, text] of csv.column('label').entries()) {
    const label = LABELS.get(text.toLowerCase());
    if (label === undefined)
      throw new Refusal('EVALUATE_CSV', `${csv.file}:${row + 2}: the label is "${text}"; write 0 or 1`);
    if (!label) continue;
    const open = windows.at(-1);
    if (open?.last === row - 1) open.last = row;
    else windows.push({ first: row, last: row });
  }
  return windows;
}

/** The rows between the times of each window. */
function between(times: Windows[string] | undefined, seconds: Float64Array, name: string): Window[] {
  if (times === undefined)
    throw new Refusal(
      'EVALUATE_LABELS',
      `${WINDOWS_FILE} says nothing of ${name}; give it an empty list where nothing is anomalous`,
    );
  return times
    .map(([from, to]) => {
      const [start, end] = [secondsOf(from), secondsOf(to)];
      const inside = (second: number) => second >= start && second <= end;
      return { first: seconds.findIndex(inside), last: seconds.findLastIndex(inside) };
    })
    .filter(({ first }) => first >= 0)
    .sort((a, b) => a.first - b.first);
}
