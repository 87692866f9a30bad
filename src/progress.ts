/**
 * How far a command is, on stderr: one line that is written over where a person looks on, and a line now and then
 * where a file or another program does.
 */

interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Milliseconds between two lines: for a person, and for a log. */
const FOR_A_PERSON = 200;
const FOR_A_LOG = 10_000;
/** Goes to the line's begin and empties it. */
const OVER = '\r\x1b[K';

export class Progress {
  readonly #sink: Sink;
  readonly #now: () => number;
  readonly #interval: number;
  #next: number;
  /** A line stands there that has no end yet. */
  #standing = false;

  /**
   * @param after milliseconds until the first line; default: as long as between any two
   * @param now milliseconds, from whenever
   */
  constructor(after?: number, sink: Sink = process.stderr, now: () => number = () => performance.now()) {
    this.#sink = sink;
    this.#now = now;
    this.#interval = sink.isTTY ? FOR_A_PERSON : FOR_A_LOG;
    this.#next = now() + (after ?? this.#interval);
  }

  /** Shows how far we are, if that is due; only then is the text made. */
  show(text: () => string): void {
    const now = this.#now();
    if (now < this.#next) return;
    this.#next = now + this.#interval;
    this.#standing = this.#sink.isTTY === true;
    this.#sink.write(this.#standing ? `${OVER}${text()}` : `${text()}\n`);
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear();
    this.#sink.write(`${line}\n`);
  }

  /** Takes away what would be written over. */
  clear(): void {
    if (this.#standing) this.#sink.write(OVER);
    this.#standing = false;
  }
}

/** Counts from its making on. */
export class Pace {
  readonly #unit: string;
  readonly #now: () => number;
  readonly #began: number;

  /** @param unit of what is counted, in the plural: "points" */
  constructor(unit: string, now: () => number = () => performance.now()) {
    this.#unit = unit;
    this.#now = now;
    this.#began = now();
  }

  /** Since it was made. */
  get seconds(): number {
    return (this.#now() - this.#began) / 1000;
  }

  /**
   * "1,200,000 points, 400,000/s, 25 %, 9 s left".
   * @param share of the whole that is done, in [0, 1]; undefined where the whole is not known
   */
  text(count: number, share?: number): string {
    const { seconds } = this;
    const parts = [`${grouped(count)} ${this.#unit}`, `${grouped(count / Math.max(seconds, 1e-3))}/s`];
    if (share !== undefined) {
      parts.push(`${Math.floor(100 * share)} %`);
      if (share > 0) parts.push(`${durationText((seconds * (1 - share)) / share)} left`);
    }
    return parts.join(', ');
  }
}

/** "1,234,567". */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** "12 s", "5 min" or "1.5 h". */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
