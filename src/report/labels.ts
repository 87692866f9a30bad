/** Windows in which something is known to have been wrong, for the reports that show them beside the alarms. */
import { readFileSync } from 'node:fs';
import { isCsv, measurementOf } from '../csv/options.ts';
import { Records } from '../csv/records.ts';
import { nanosecondsOf } from '../csv/time.ts';
import { Refusal } from '../refusal.ts';
import { unescapeName } from '../tagset.ts';
import type { Recording } from './recording.ts';

/** Seconds, event time; both ends belong to it. */
export type Window = readonly [from: number, to: number];

/** By what the file calls a series. */
export type Labels = ReadonlyMap<string, readonly Window[]>;

/** Stands for every series. */
const ALL = '*';
/** What stands before the first comma of a tag set that no backslash hides. */
const MEASUREMENT = /^(?:\\[,= ]|[^,])*/;

/**
 * Reads a file of windows: JSON as NAB's combined_windows.json, or csv with the columns series, start and end. Throws a
 * Refusal.
 */
export function readLabels(file: string): Labels {
  try {
    const text = new TextDecoder().decode(readFileSync(file));
    const rows = /^\s*\{/.test(text) ? fromJson(text) : fromCsv(text);
    const labels = new Map<string, Window[]>();
    for (const { place, series, start, end } of rows) {
      const windows = labels.get(series) ?? [];
      windows.push(windowOf(place, start, end));
      labels.set(series, windows);
    }
    return labels;
  } catch (error) {
    throw new Refusal('REPORT_LABELS', `${file}: ${(error as Error).message}`);
  }
}

/**
 * The windows of a series. The file may call it by its tag set and field with a blank between, by its tag set, or by its
 * measurement, escaped as in line protocol; a csv file, with its path or without, means the measurement that it becomes.
 */
export function windowsOf(labels: Labels, { tagSet, field }: Recording): Window[] {
  const [measurement] = MEASUREMENT.exec(tagSet)!;
  const names = [ALL, '', `${tagSet} ${field}`, tagSet, measurement];
  const file = unescapeName(measurement);
  return [...labels]
    .filter(([name]) => names.includes(name) || (isFile(name) && measurementOf(name) === file))
    .flatMap(([, found]) => found);
}

/** A tag set may end as a file's name does, but has a comma. */
function isFile(name: string): boolean {
  return isCsv(name) && !name.includes(',');
}

interface Row {
  /** Where it is in the file. */
  readonly place: string;
  readonly series: string;
  readonly start: string;
  readonly end: string;
}

function fromJson(text: string): Row[] {
  return Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([series, windows]) => {
    if (!Array.isArray(windows))
      throw new Error(`${series}: a list of windows is wanted, [["start", "end"]]`);
    return windows.map((window): Row => {
      if (Array.isArray(window) && window.length === 2)
        return { place: series, series, start: String(window[0]), end: String(window[1]) };
      throw new Error(`${series}: a window is ["start", "end"], not ${JSON.stringify(window)}`);
    });
  });
}

function fromCsv(text: string): Row[] {
  const records = new Records(',');
  const found = [...records.add(text), ...records.end()].filter(({ cells }) => cells?.length !== 0);
  const rows = found.map(({ line, cells, reason }) => {
    if (cells === undefined) throw new Error(`line ${line}: ${reason}`);
    return { place: `line ${line}`, cells: cells.map((cell) => cell.trim()) };
  });
  const header = rows.shift()?.cells ?? [];
  const [series, start, end] = ['series', 'start', 'end'].map((name) => header.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (start < 0 || end < 0) throw new Error('csv wants the columns series,start,end');
  return rows.map(({ place, cells }) => ({
    place,
    series: cells[series] ?? ALL,
    start: cells[start] ?? '',
    end: cells[end] ?? '',
  }));
}

function windowOf(place: string, start: string, end: string): Window {
  const [from, to] = [secondsOf(place, start), secondsOf(place, end)];
  if (to < from)
    throw new Error(`${place}: the window ends at "${end}", before its start "${start}"; swap the two`);
  return [from, to];
}

function secondsOf(place: string, text: string): number {
  const time = nanosecondsOf(text.trim(), 's');
  if (time === undefined) throw new Error(`${place}: "${text}" is no time`);
  return Number(time) / 1e9;
}
