/** `train`: learns a history, and leaves the state directory as `run` wants to find it. Nothing goes to stdout. */
import { resolve } from 'node:path';
import { AnnotationNames } from '../annotate.ts';
import { requiredConfig } from '../config/required.ts';
import { parseDuration } from '../config/units.ts';
import type { Config, PluginTable } from '../config.ts';
import type { ConnectionOptions } from '../influxdb/connection.ts';
import { createLog, type Log } from '../log.ts';
import { grouped, Pace, Progress } from '../progress.ts';
import { Refusal } from '../refusal.ts';
import { timeOf, timeText } from '../time.ts';
import { Files } from '../train/files.ts';
import { type History, train } from '../train/train.ts';
import type { Training } from '../train/training.ts';
import { Stop } from './stopping.ts';

export interface TrainArguments {
  readonly config: string | undefined;
  /** The state directory, in place of the config's. */
  readonly state: string | undefined;
  readonly files: readonly string[];
  /** InfluxDB in place of files, from a time on, up to another. */
  readonly influxdb: ConnectionOptions;
  readonly start: string | undefined;
  readonly stop: string | undefined;
  readonly filters: readonly string[];
}

/** Answers the exit code: 0 when all was learned, 1 when there was nothing, else that of the signal. Throws a Refusal. */
export async function trainCommand(given: TrainArguments, plugins: PluginTable): Promise<number> {
  const progress = new Progress();
  try {
    return await trained(given, plugins, progress);
  } finally {
    progress.clear();
  }
}

async function trained(given: TrainArguments, plugins: PluginTable, progress: Progress): Promise<number> {
  const log = createLog('warn', { write: (text: string) => progress.say(text.trimEnd()) });
  const config = await configOf(given, plugins, log);
  // A second signal ends the program at once; the next training goes back to what was saved.
  const stop = new Stop(() => progress.say('stopping; what was learned is being saved'));
  const history = await historyOf(given, config, stop.signal, (line) => progress.say(line));
  const onProgress = shown(progress);
  const { training, stoppedAt } = await train({
    ...{ config, plugins, log, history, onProgress },
    stop: stop.signal,
  });
  sayWhatWasLearned(training, progress);
  if (stoppedAt === undefined) {
    if (training.points > 0) return 0;
    progress.say(nothingLearned(given, training));
    return 1;
  }
  progress.say(`TRAIN_STOPPED: at ${stoppedAt}; the same command again goes on from there`);
  return stop.code;
}

async function configOf(
  { config: file, state }: TrainArguments,
  plugins: PluginTable,
  log: Log,
): Promise<Config> {
  const { config } = await requiredConfig(file, plugins, () => log);
  if (state === undefined) return config;
  return { ...config, state: { ...config.state, store: 'lmdb', path: resolve(state) } };
}

/** @param report what goes wrong on the way and is tried again */
async function historyOf(
  given: TrainArguments,
  config: Config,
  stop: AbortSignal,
  report: (line: string) => void,
): Promise<History> {
  const { files, influxdb, start, filters } = given;
  const remote = Object.values(influxdb).some((value) => value !== undefined);
  if (files.length > 0 && !remote && start === undefined && given.stop === undefined && filters.length === 0)
    return new Files(files);
  if (files.length > 0)
    throw new Refusal(
      'TRAIN_ARGUMENT',
      'files are learned whole, and not together with InfluxDB: leave one of them out',
    );
  if (!remote)
    throw new Refusal(
      'TRAIN_ARGUMENT',
      'there is nothing to learn from: name files of line protocol, or InfluxDB by --url, --org, --bucket and --start',
    );
  const { readConnection } = await import('../influxdb/connection.ts');
  const { InfluxHistory } = await import('../influxdb/read.ts');
  const connection = readConnection(influxdb);
  const now = BigInt(Date.now()) * 1_000_000n;
  const [from, asked] = [timeArgument('start', start, now), timeArgument('stop', given.stop ?? '-0s', now)];
  // What is read counts as read for good, and what comes until then is not there yet.
  const to = asked > now ? now : asked;
  if (to < asked) report('TRAIN_STOP: --stop is in the future; this reads up to now');
  if (from >= to)
    throw new Refusal('TRAIN_ARGUMENT', `--start ${timeText(from)} is not before --stop ${timeText(to)}`);
  const names = new AnnotationNames(config.agent.annotation_prefix);
  return new InfluxHistory({
    connection,
    start: from,
    end: to,
    filters,
    names,
    stop,
    onRetry: report,
  });
}

/** In nanoseconds: a time, or a duration before now. Throws a Refusal. */
function timeArgument(name: string, text: string | undefined, now: bigint): bigint {
  const ago = /^-.*[a-z]$/i.test(text ?? '') ? parseDuration(text!.slice(1)) : undefined;
  const time = ago === undefined ? timeOf(text ?? '') : now - BigInt(Math.round(ago * 1e6)) * 1000n;
  if (time !== undefined && BigInt.asIntN(64, time) === time) return time;
  const given =
    text === undefined
      ? 'is missing'
      : `${text} is no time${time === undefined ? '' : ' that InfluxDB knows'}`;
  throw new Refusal(
    'TRAIN_ARGUMENT',
    `--${name} ${given}; give one as 2026-11-01, 2026-11-01T06:00:00Z or -14d`,
  );
}

/** Shows how far the training is, by what it has done itself. */
function shown(progress: Progress): (training: Training, share: number) => void {
  const pace = new Pace('points');
  let first: number | undefined;
  return ({ counts }, share) => {
    // What was learned by an earlier one says nothing of the time that is left.
    first ??= share === 1 ? 0 : share;
    progress.show(() => pace.text(counts.points, (share - first!) / (1 - first!)));
  };
}

function sayWhatWasLearned({ counts, before, rows, directory }: Training, progress: Progress): void {
  const { points, values, late, restarted, malformed, failures } = counts;
  progress.say(
    `learned ${grouped(points)} points${before > 0 ? ` after ${grouped(before)} before` : ''}, ${grouped(values)} values of ${grouped(rows)} rows, into ${directory}`,
  );
  if (late > 0)
    progress.say(
      `TRAIN_LATE: ${grouped(late)} values were not learned, since their series had one of the same time or a newer one: each series must come in time order`,
    );
  if (restarted > 0)
    progress.say(
      `TRAIN_RESTARTED: ${grouped(restarted)} times a series' time began anew, at a value older than its last one by more than late_limit: give files in the order of time`,
    );
  if (malformed > 0)
    progress.say(`TRAIN_MALFORMED: ${grouped(malformed)} lines are no points and were passed over`);
  if (failures > 0)
    progress.say(
      `TRAIN_FAILURES: ${grouped(failures)} times a detector failed; its series is not learned from there on`,
    );
}

function nothingLearned({ files }: TrainArguments, { counts }: Training): string {
  return `TRAIN_NOTHING: not one point was learned: ${whyNothing(files.length > 0, counts.malformed > 0)}`;
}

function whyNothing(ofFiles: boolean, malformed: boolean): string {
  if (!ofFiles)
    return malformed
      ? 'no value that InfluxDB has between these times is a finite number or a text'
      : 'InfluxDB has none between these times; look at --bucket, --start, --stop and --filter';
  return malformed
    ? 'no line is line protocol; is it csv? telegraf-anomaly import makes line protocol of it'
    : 'the files are empty';
}
