/**
 * `telegraf-anomaly run`: the child of Telegraf. It stands in everybody's data path, so it fails open: without
 * a valid config, and after any error, the points go on unscored. The end of stdin is the only order to stop.
 */
import { Console } from 'node:console';
import { closeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { type Problem, problemText } from '../config/problem.ts';
import { type Loaded, loadConfig, type PluginTable } from '../config.ts';
import { Live } from '../live.ts';
import { createLog, Limited, type Log, textOf } from '../log.ts';
import { watchFile } from '../reload.ts';
import { isPipe, readStdin } from '../stdin.ts';
import type { MaybePromise } from '../store.ts';
import { Writer } from '../write.ts';

/** Seconds between reminders that nothing is scored. */
const REMIND_EVERY = 60;
/** Seconds that the config has to load, with the user's modules, while the points wait. */
const LOAD_WITHIN = 10;
/** Milliseconds between two looks at whether our own figures are due. */
const FIGURES_EVERY = 1000;
const NEWLINE = 10;
const NOTHING = new Uint8Array(0);

interface RunOptions {
  /** The config file; without one the default detector watches every numeric field. */
  readonly config: string | undefined;
  readonly plugins: PluginTable;
  /** What was wrong with the command line. */
  readonly warnings: readonly string[];
}

/** What stands between stdin and stdout. */
interface Road {
  process(chunk: Uint8Array): MaybePromise<Uint8Array>;
  end(): MaybePromise<Uint8Array>;
  /** Answers what is to follow what was written. */
  figures(written: Uint8Array): Uint8Array | undefined;
  close(): Promise<void>;
}

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
  const send = (bytes: Uint8Array): Promise<void> | undefined => {
    const sent = writer.write(bytes);
    const figures = road.figures(bytes);
    return figures === undefined ? sent : writer.write(figures);
  };
  // A stream that is idle has figures too.
  const ticker = setInterval(() => void (stdout.writableLength === 0 && send(NOTHING)), FIGURES_EVERY);
  ticker.unref();
  try {
    await readStdin((chunk) => {
      const bytes = road.process(chunk);
      return bytes instanceof Promise ? bytes.then(send) : send(bytes);
    });
  } catch (error) {
    if (!stopped) log.error(`STDIN_FAILED: ${textOf(error)}; the program ends`);
  }
  // Our own figures would need descriptors that `leave` closes.
  clearInterval(ticker);
  await writer.write(await road.end());
  await road.close();
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

/** The road, or what passes everything through, and says why, until the config is mended. */
async function open(file: string | undefined, plugins: PluginTable, log: Log): Promise<Road> {
  const load = async (): Promise<Attempt> => {
    try {
      // The timer keeps the program alive, too: while a module waits, there may be nothing else to do.
      const nothing = setTimeout<Loaded>(LOAD_WITHIN * 1000, { problems: [], text: '' });
      const loaded = await Promise.race([loadConfig(file, plugins), nothing]);
      const { config, problems, text } = loaded;
      if (config === undefined) return { text, reason: reasonOf(file, problems) };
      for (const problem of problems) log.warn(`${problem.code}: ${problemText(problem)}`);
      return { live: await Live.open({ file, loaded: { ...loaded, config }, plugins }), text, reason: '' };
    } catch (error) {
      return { text: '', reason: `START_FAILED: ${textOf(error)}` };
    }
  };
  const first = await load();
  if (first.live !== undefined) return first.live;
  return new Unscored(file, load, first, log);
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

interface Attempt {
  readonly live?: Live;
  /** What the config file held. */
  readonly text: string;
  readonly reason: string;
}

/** Passes every point on until the config can be loaded, and reminds of it. */
class Unscored implements Road {
  #live: Live | undefined;
  #inLine = false;

  constructor(file: string | undefined, load: () => Promise<Attempt>, { text, reason }: Attempt, log: Log) {
    let why = reason;
    const remind = () => log.error(`${why}; points pass unscored until it is mended`);
    remind();
    const reminder = setInterval(remind, REMIND_EVERY * 1000).unref();
    if (file === undefined) return;
    const watched = watchFile(file, text, async () => {
      const { live, reason } = await load();
      why = reason;
      if (live === undefined) return remind();
      clearInterval(reminder);
      watched.close();
      live.begin(this.#inLine);
      this.#live = live;
      log.info('the config is mended: points are scored from now on');
    });
  }

  process(chunk: Uint8Array): MaybePromise<Uint8Array> {
    if (this.#live !== undefined) return this.#live.process(chunk);
    this.#inLine = chunk[chunk.length - 1] !== NEWLINE;
    return chunk;
  }

  end(): MaybePromise<Uint8Array> {
    return this.#live?.end() ?? NOTHING;
  }

  figures(written: Uint8Array): Uint8Array | undefined {
    return this.#live?.figures(written);
  }

  async close(): Promise<void> {
    await this.#live?.close();
  }
}

function reasonOf(file: string | undefined, problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors[0] === undefined) return `START_FAILED: ${file} did not load within ${LOAD_WITHIN} s`;
  const { length } = errors;
  const more = length > 1 ? ` (and ${length - 1} more: telegraf-anomaly check --config ${file})` : '';
  return `${errors[0].code}: ${problemText(errors[0])}${more}`;
}
