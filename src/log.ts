/**
 * Lines for Telegraf's log. Telegraf reads a child's stderr a line at a time and takes the level from the
 * first three bytes ("E! "); a line without them counts as an error, and one of over 64 KiB ends the reading
 * for good, after which a full pipe would block us. So: always a prefix, one line, capped.
 */

export type Level = 'error' | 'warn' | 'info' | 'debug';

export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

const PREFIX: Record<Level, string> = { error: 'E! ', warn: 'W! ', info: 'I! ', debug: 'D! ' };
const ORDER: readonly Level[] = ['error', 'warn', 'info', 'debug'];
/** Far below Telegraf's 64 KiB, and long enough for a path, a reason and a hint. */
const MAX_CHARACTERS = 1000;
/** stderr that nobody reads must not fill our memory. */
const MAX_WAITING_BYTES = 64 * 1024;

interface Sink {
  write(text: string): unknown;
  readonly writableLength?: number;
}

/** One line, whatever the text holds. */
export function line(level: Level, message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  const flat = message.replace(/[\x00-\x1f\x7f]+/g, ' ');
  return `${PREFIX[level]}[telegraf-anomaly] ${flat.length > MAX_CHARACTERS ? `${flat.slice(0, MAX_CHARACTERS)}…` : flat}\n`;
}

/** What was thrown, as text. Anything can be thrown, even what has no text. */
export function textOf(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? String(error)) : String(error);
  } catch {
    return 'something that has no text was thrown';
  }
}

/** A log that drops lines below `level`, and lines that its sink cannot take. Never throws. */
export function createLog(level: Level = 'info', sink: Sink = process.stderr): Log {
  const most = ORDER.indexOf(level);
  const write = (at: Level, message: string): void => {
    if (ORDER.indexOf(at) > most || (sink.writableLength ?? 0) > MAX_WAITING_BYTES) return;
    sink.write(line(at, message));
  };
  return {
    error: (message) => write('error', message),
    warn: (message) => write('warn', message),
    info: (message) => write('info', message),
    debug: (message) => write('debug', message),
  };
}

/** Lets a message through at most once in `seconds`, and then says how many it held back meanwhile. */
export class Limited {
  readonly #write: (message: string) => void;
  readonly #milliseconds: number;
  readonly #now: () => number;
  #next = Number.NEGATIVE_INFINITY;
  #held = 0;

  constructor(
    write: (message: string) => void,
    seconds: number,
    now: () => number = () => performance.now(),
  ) {
    this.#write = write;
    this.#milliseconds = seconds * 1000;
    this.#now = now;
  }

  /** `message` is only called when the line is written. */
  say(message: () => string): void {
    const now = this.#now();
    if (now < this.#next) {
      this.#held++;
      return;
    }
    this.#write(this.#held > 0 ? `${message()} (and ${this.#held} more like it)` : message());
    this.#held = 0;
    this.#next = now + this.#milliseconds;
  }
}
