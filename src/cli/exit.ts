/** How a command ends: with an exit code, and where it failed with a line that says why. */
import { nearest } from '../config/suggest.ts';
import { Refusal } from '../refusal.ts';

/** Of mistakes in the arguments. */
export const ARGUMENT_INVALID = 'ARGUMENT_INVALID';

/** The exit code of a shell for what a signal has ended is this and the signal's number. */
const SIGNALLED = 128;
/** Milliseconds that what has been written is given to get out. */
const AFTERWARDS = 1000;

/** What stdout has said of itself stays. */
export function exitWith(code: number): void {
  if (code !== 0) process.exitCode = code;
  if (code < SIGNALLED) return;
  // A read of a silent pipe cannot be called off, and process.exit would wait for it. The signal itself does not.
  setTimeout(() => process.kill(process.pid, code - SIGNALLED), AFTERWARDS).unref();
}

/** Tells once of a stdout that fails. That nobody reads on is no mistake, as with `| head`. */
export function watchStdout(): void {
  let told = false;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || told) return;
    told = true;
    process.stderr.write(`STDOUT_FAILED: ${message}\n`);
    exitWith(1);
  });
}

/**
 * Says what went wrong: a code, what and where, and what to do next. What has no code is a fault of ours, and is told
 * with all that helps to find it.
 * @param options the names of all options, to suggest one of them
 */
export function fail(error: unknown, options: readonly string[]): void {
  process.stderr.write(`${error instanceof Error ? reasonOf(error, options) : error}\n`);
  exitWith(1);
}

function reasonOf(error: NodeJS.ErrnoException, options: readonly string[]): string {
  const { code, message, stack } = error;
  if (!(error instanceof Refusal) && (typeof code !== 'string' || code.startsWith('ERR_')))
    return `COMMAND_FAILED: a fault of telegraf-anomaly; please report it: ${stack}`;
  if (code === ARGUMENT_INVALID)
    return `${code}: ${message}${hintOf(message, options)}\nSee telegraf-anomaly --help`;
  return message.startsWith(`${code}: `) ? message : `${code}: ${message}`;
}

function hintOf(message: string, options: readonly string[]): string {
  const [, unknown = ''] = /^Unknown arguments?: ([^\s,]+)/.exec(message) ?? [];
  const near = nearest(
    unknown,
    options.filter((name) => name !== unknown),
  );
  return near === undefined ? '' : `; did you mean "--${near}"?`;
}
