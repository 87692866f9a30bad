/**
 * `telegraf-anomaly run`: the child of Telegraf. It stands in everybody's data path, so it fails open: without
 * a valid config, and after any error, the points go on unscored. The end of stdin is the only order to stop.
 */
import { Console } from 'node:console';
import { closeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { problemText } from '../config/problem.ts';
import { type Loaded, loadConfig, type PluginTable } from '../config.ts';
import { createLog, Limited, type Log, textOf } from '../log.ts';
import { Pipeline } from '../pipeline.ts';
import { isPipe, readStdin } from '../stdin.ts';
import { Writer } from '../write.ts';

/** Seconds between reminders that nothing is scored. */
const REMIND_EVERY = 60;
/** Seconds that the config has to load, with the user's modules, while the points wait. */
const LOAD_WITHIN = 10;

interface RunOptions {
  /** The config file; without one the default detector watches every numeric field. */
  readonly config: string | undefined;
  readonly plugins: PluginTable;
  /** What was wrong with the command line. */
  readonly warnings: readonly string[];
}

/** What stands between stdin and stdout. */
type Road = Pick<Pipeline, 'process' | 'end'>;

/** Resolves when stdin has ended and the last byte has left. */
export async function run({ config: file, plugins, warnings }: RunOptions): Promise<void> {
  const { stdout } = process;
  let stopped = false;
  const stop = () => {
    stopped = true;
    process.stdin.destroy();
  };
  if (isatty(0)) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

  const log = createLog();
  const unexpected = new Limited(log.error, 1);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => unexpected.say(() => `UNEXPECTED: ${textOf(error)}`));
  }
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Nobody reads any more: Telegraf is gone.
    if (error.code !== 'EPIPE') log.error(`STDOUT_FAILED: ${error.message}; the program ends`);
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  // A log that nobody reads is no reason to stop.
  process.stderr.on('error', () => {});
  // What a detector prints must not get among the points.
  globalThis.console = new Console(linesTo(log.info), linesTo(log.warn));
  for (const warning of warnings) log.warn(warning);

  const writer = new Writer(stdout);
  const road = await open(file, plugins, log);
  try {
    await readStdin((chunk) => {
      const bytes = road.process(chunk);
      return bytes instanceof Promise ? bytes.then((later) => writer.write(later)) : writer.write(bytes);
    });
  } catch (error) {
    if (!stopped) log.error(`STDIN_FAILED: ${textOf(error)}; the program ends`);
  }
  await writer.write(await road.end());
  if (road instanceof Pipeline) log.info(summary(road));
  await leave(writer.linger);
}

/**
 * Telegraf stops reading when we are gone, and what is still in the pipes is lost with an error in its log. So it
 * sees their ends first, and has a moment to read what is before them.
 */
async function leave(linger: number): Promise<never> {
  if (isPipe(1)) {
    closeSync(1);
    closeSync(2);
    await setTimeout(linger);
  }
  process.exit(0);
}

/** The road, or what passes everything through while it says why. */
async function open(file: string | undefined, plugins: PluginTable, log: Log): Promise<Road> {
  let reason = `START_FAILED: ${file} did not load within ${LOAD_WITHIN} s`;
  try {
    // The timer keeps the program alive, too: while a module waits, there may be nothing else to do.
    const nothing = setTimeout<Loaded>(LOAD_WITHIN * 1000, { problems: [], text: '' });
    const { config, problems } = await Promise.race([loadConfig(file, plugins), nothing]);
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (config !== undefined) {
      for (const problem of problems) log.warn(`${problem.code}: ${problemText(problem)}`);
      return new Pipeline(config, createLog(config.agent.log_level));
    }
    const more =
      errors.length > 1 ? ` (and ${errors.length - 1} more: telegraf-anomaly check --config ${file})` : '';
    if (errors[0] !== undefined) reason = `${errors[0].code}: ${problemText(errors[0])}${more}`;
  } catch (error) {
    reason = `START_FAILED: ${textOf(error)}`;
  }
  const remind = () =>
    log.error(`${reason}; points pass unscored until it is mended and the program restarted`);
  remind();
  setInterval(remind, REMIND_EVERY * 1000).unref();
  return { process: (chunk) => chunk, end: () => new Uint8Array(0) };
}

/** A stream for what is printed by others. */
function linesTo(write: (message: string) => void): Writable {
  return new Writable({
    write: (text, _encoding, done) => {
      write(String(text).trimEnd());
      done();
    },
  });
}

function summary({ counts, watches }: Pipeline): string {
  const series = watches.reduce((sum, watch) => sum + watch.state.rows, 0);
  const { points, values, flagged, alarms, late, malformed, failures } = counts;
  return (
    `stdin ended after ${points} points: ${series} series, ${values} values scored, ${flagged} points flagged, ` +
    `${alarms} alarms, ${late} late, ${malformed} malformed, ${failures} failures`
  );
}
