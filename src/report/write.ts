/** Writes a report: one page with everything in it, data and code, that needs nothing else. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { type Labels, type Window, windowsOf } from './labels.ts';
import { page } from './page.ts';
import { unfinishedOf } from './place.ts';
import type { Recording } from './recording.ts';
import { thinned } from './thin.ts';

/** More would make the page slow to open. */
export const MOST_POINTS = 1_000_000;

/** What the page's script is given of a series; its columns come apart. */
interface Entry {
  readonly tag_set: string;
  readonly quantity: string;
  readonly detector: string;
  readonly points: number;
  /** The strangest value of all, and of those in an alarm: how many times its threshold the score was. */
  readonly strangest: number;
  readonly strangest_alarm: number;
  /** Index of the first and the last value, and of the strangest one, and the level. */
  readonly alarms: readonly (readonly [first: number, last: number, peak: number, level: number])[];
  readonly windows: readonly Window[];
}

export interface ReportOptions {
  readonly title: string;
  readonly labels: Labels;
  /** Points in the page; alarms are kept whatever this is. */
  readonly most?: number;
}

/** What there is in the page: series, points of them, and of how many. */
export interface Written {
  readonly series: number;
  readonly shown: number;
  readonly points: number;
  readonly bytes: number;
}

/** Writes the page beside the file first, so that a report is whole or not there. */
export function writeReport(
  file: string,
  recordings: readonly Recording[],
  { title, labels, most = MOST_POINTS }: ReportOptions,
): Written {
  const points = recordings.reduce((sum, { count }) => sum + count, 0);
  const share = points > most ? most / points : 1;
  const unfinished = unfinishedOf(file);
  const output = openSync(unfinished, 'w');
  let bytes = 0;
  const write = (text: string): void => {
    bytes += writeSync(output, text);
  };
  try {
    const [head, body] = page(title);
    write(head);
    const entries: Entry[] = [];
    for (const recording of ranked(recordings)) {
      const kept = inOrder(recording, thinned(recording, share));
      write(`<script type="text/plain" id="series-${entries.length}">${packed(recording, kept)}</script>\n`);
      entries.push(entryOf(recording, kept, labels));
    }
    const shown = entries.reduce((sum, entry) => sum + entry.points, 0);
    const data = { title, points, shown, series: entries };
    write(
      `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>\n`,
    );
    write(body);
    closeSync(output);
    renameSync(unfinished, file);
    return { series: entries.length, shown, points, bytes };
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Series with alarms first, each by its strangest moment. */
function ranked(recordings: readonly Recording[]): Recording[] {
  const rank = (recording: Recording) => {
    const { strangeness, level } = recording;
    let alarm = 0;
    for (let at = 0; at < recording.count; at++)
      if (level[at]! > 0 && strangeness[at]! > alarm) alarm = strangeness[at]!;
    return { recording, alarm, any: strangeness[recording.strangest()]! };
  };
  return recordings
    .filter(({ count }) => count > 0)
    .map(rank)
    .sort((a, b) => b.alarm - a.alarm || b.any - a.any)
    .map(({ recording }) => recording);
}

/** A clock that was set back is no reason for a plot that runs backwards. */
function inOrder({ time }: Recording, kept: Uint32Array): Uint32Array {
  for (let at = 1; at < kept.length; at++)
    if (time[kept[at]!]! < time[kept[at - 1]!]!) return kept.sort((a, b) => time[a]! - time[b]! || a - b);
  return kept;
}

function entryOf(recording: Recording, kept: Uint32Array, labels: Labels): Entry {
  const { tagSet, quantity, detector, strangeness } = recording;
  const placeOf = new Map<number, number>();
  const { alarms } = recording;
  if (alarms.length > 0) for (const [at, index] of kept.entries()) placeOf.set(index, at);
  const peaks = alarms.map(({ peak }) => strangeness[peak]!);
  return {
    tag_set: tagSet,
    quantity,
    detector,
    points: kept.length,
    strangest: strangeness[recording.strangest()]!,
    strangest_alarm: peaks.reduce((a, b) => Math.max(a, b), 0),
    alarms: alarms.map(({ first, last, peak, level }) => [
      placeOf.get(first)!,
      placeOf.get(last)!,
      placeOf.get(peak)!,
      level,
    ]),
    windows: windowsOf(labels, recording),
  };
}

/**
 * The columns behind one another, deflated, as base64: time (the first one, then what each is later), value (float64),
 * expected, lower, upper, strangeness (float32), level (a byte).
 */
function packed(recording: Recording, kept: Uint32Array): string {
  const { value, expected, lower, upper, strangeness, level } = recording;
  const time = Float64Array.from(kept, (index) => recording.time[index]!);
  const columns = [
    time.map((seconds, at) => (at === 0 ? seconds : seconds - time[at - 1]!)),
    Float64Array.from(kept, (index) => value[index]!),
    ...[expected, lower, upper, strangeness].map((column) =>
      Float32Array.from(kept, (index) => column[index]!),
    ),
    Uint8Array.from(kept, (index) => level[index]!),
  ];
  return deflateRawSync(Buffer.concat(columns.map(({ buffer }) => new Uint8Array(buffer)))).toString(
    'base64',
  );
}
