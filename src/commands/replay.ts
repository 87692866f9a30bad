/**
 * `replay`: recorded points down the road of `run`. The same bytes come out as when they were live, as fast as it goes
 * or as they once came.
 */
import { Console } from 'node:console';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import type { PluginTable } from '../config.ts';
import { BadRows } from '../csv/bad-rows.ts';
import { type CsvArguments, readCsvOptions } from '../csv/options.ts';
import { grouped, Pace, Progress } from '../progress.ts';
import { Refusal } from '../refusal.ts';
import { Files } from '../replay/files.ts';
import { paced } from '../replay/pace.ts';
import { openRoad, type Road } from '../replay/road.ts';
import { Writer } from '../write.ts';
import { Stop, until } from './stopping.ts';

export interface ReplayArguments extends CsvArguments {
  readonly files: readonly string[];
  /** Of the files; without it their names say which are csv. */
  readonly format: 'influx' | 'csv' | undefined;
  readonly config: string | undefined;
  readonly state: string | undefined;
  /** Event time to real time; without it as fast as it goes. */
  readonly speed: number | undefined;
  /** No points on stdout. By default with a report, where stdout is a terminal. */
  readonly quiet: boolean | undefined;
  /** The page to write, and a file of the windows to show in it. */
  readonly report: string | undefined;
  readonly labels: string | undefined;
}

/** Points to stdout, all else to stderr. Answers the exit code: 0, or that of the signal that ended it. Throws a Refusal. */
export async function replay(given: ReplayArguments, plugins: PluginTable): Promise<number> {
  const { speed, state } = given;
  if (speed !== undefined && !(speed > 0))
    throw new Refusal('REPLAY_ARGUMENT', '--speed takes a number above 0: 60 plays an hour in a minute');
  // What a detector prints must not get among the points.
  globalThis.console = new Console(process.stderr);
  const progress = new Progress();
  const say = (line: string) => progress.say(line);
  const badRows = new BadRows(say);
  const files = new Files(given.files, {
    format: given.format,
    csv: readCsvOptions(given),
    onBadRow: badRows.add,
  });
  const wanted = given.report !== undefined || given.labels !== undefined;
  const report = wanted ? (await import('../replay/report.ts')).reportOf(given) : undefined;
  const road = await openRoad({
    observer: report?.observer,
    config: given.config,
    state: state === undefined ? undefined : resolve(state),
    plugins,
    say,
  });
  // A report is not cut because nobody reads the points.
  const stop = new Stop((name) => say(`stopping by ${name}; a second one ends it at once`), !report);
  const chunks = speed === undefined ? files.chunks() : paced(files.chunks(), speed, stop.signal);
  const { pipeline } = road;
  const quiet = given.quiet ?? (report !== undefined && isatty(1));
  let writer = quiet ? undefined : new Writer(process.stdout);
  process.stdout.once('error', () => {
    writer = undefined;
  });
  const pace = new Pace('points');
  const text = () => pace.text(pipeline.counts.points, files.share);
  try {
    for await (const chunk of until(chunks, stop.signal)) {
      const made = pipeline.process(chunk);
      const bytes = made instanceof Promise ? await made : made;
      const sent = writer?.write(bytes);
      if (sent !== undefined) await sent;
      progress.show(text);
    }
    const rest = await pipeline.end();
    await writer?.write(rest);
  } finally {
    progress.clear();
    await road.close();
  }
  badRows.tell();
  say(`${stop.by === undefined ? '' : `REPLAY_STOPPED: by ${stop.by}; `}${summary(road, pace)}`);
  report?.write(say);
  return stop.code;
}

function summary({ pipeline }: Road, pace: Pace): string {
  const { points, values, flagged, alarms, late, malformed } = pipeline.counts;
  const parts = { 'values scored': values, 'points flagged': flagged, alarms, late, malformed };
  const told = Object.entries(parts).map(([name, count]) => `${grouped(count)} ${name}`);
  return `replayed ${pace.text(points)}: ${told.join(', ')}`;
}
