/** `train`: learns a history, and leaves the state directory as `run` wants to find it. Nothing goes to stdout. */
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { problemText } from '../config/problem.ts';
import { type Config, loadConfig, type PluginTable } from '../config.ts';
import { createLog, type Log } from '../log.ts';
import { grouped, Pace, Progress } from '../progress.ts';
import { Refusal } from '../refusal.ts';
import { Files } from '../train/files.ts';
import { type History, train } from '../train/train.ts';
import type { Training } from '../train/training.ts';

export interface TrainArguments {
  readonly config: string | undefined;
  /** The state directory, in place of the config's. */
  readonly state: string | undefined;
  readonly files: readonly string[];
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Answers the exit code: 0 when all was learned, 1 when something is wrong, else that of the signal. */
export async function trainCommand(given: TrainArguments, plugins: PluginTable): Promise<number> {
  const progress = new Progress();
  try {
    return await trained(given, plugins, progress);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    progress.say(`${code}: ${message}`);
    return 1;
  }
}

async function trained(given: TrainArguments, plugins: PluginTable, progress: Progress): Promise<number> {
  const log = createLog('warn', { write: (text: string) => progress.say(text.trimEnd()) });
  const config = await configOf(given, plugins, log);
  const stop = new AbortController();
  let code = 0;
  // A second one ends the program at once; the next training goes back to what was saved.
  for (const signal of SIGNALS)
    process.once(signal, () => {
      code = 128 + constants.signals[signal];
      progress.say('stopping; what was learned is being saved');
      stop.abort();
    });
  const history = historyOf(given);
  const onProgress = shown(progress);
  const { training, stoppedAt } = await train({
    ...{ config, plugins, log, history, onProgress },
    stop: stop.signal,
  });
  sayWhatWasLearned(training, progress);
  if (stoppedAt === undefined) return 0;
  progress.say(`TRAIN_STOPPED: at ${stoppedAt}; the same command again goes on from there`);
  return code;
}

async function configOf(
  { config: file, state }: TrainArguments,
  plugins: PluginTable,
  log: Log,
): Promise<Config> {
  const { config, problems } = await loadConfig(file, plugins);
  const [error] = problems.filter(({ severity }) => severity === 'error');
  if (config === undefined)
    throw new Refusal(error!.code, `${problemText(error!)}; telegraf-anomaly check says more`);
  for (const problem of problems) log.warn(`${problem.code}: ${problemText(problem)}`);
  if (state === undefined) return config;
  return { ...config, state: { ...config.state, store: 'lmdb', path: resolve(state) } };
}

function historyOf({ files }: TrainArguments): History {
  if (files.length > 0) return new Files(files);
  throw new Refusal('TRAIN_ARGUMENT', 'there is nothing to learn from: name files of line protocol');
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
  const { points, values, late, malformed, failures } = counts;
  progress.say(
    `learned ${grouped(points)} points${before > 0 ? ` after ${grouped(before)} before` : ''}, ${grouped(values)} values of ${grouped(rows)} rows, into ${directory}`,
  );
  if (late > 0)
    progress.say(
      `TRAIN_LATE: ${grouped(late)} values were not learned, since their series had one of the same time or a newer one: each series must come in time order`,
    );
  if (malformed > 0)
    progress.say(`TRAIN_MALFORMED: ${grouped(malformed)} lines are no points and were passed over`);
  if (failures > 0)
    progress.say(
      `TRAIN_FAILURES: ${grouped(failures)} times a detector failed; its series is not learned from there on`,
    );
}
