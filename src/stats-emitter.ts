/** When our own figures go out among the points: every interval, and only where a line begins. */
import { hostname } from 'node:os';
import { type Figures, figuresPoint } from './stats.ts';

const NEWLINE = 10;

/**
 * What tells our points from those of others in the same bucket, and stays the same over restarts, so that no series
 * is born of one. The second child that aggregators bring shares the config, but never the store.
 *
 * @param store where the state really is, whatever the config says
 */
export function statsTags(config: string | undefined, store: string): Record<string, string> {
  // Telegraf adds the host to what its inputs read, and to nothing that a processor makes.
  return { host: hostname(), config: config ?? '', store };
}

export class StatsEmitter {
  readonly #interval: number;
  readonly #tags: Readonly<Record<string, string>>;
  readonly #figures: () => Figures;
  #next: number;
  #lineBegins = true;

  /**
   * @param interval seconds; 0 is never
   * @param figures is called for each point
   * @param now milliseconds of performance.now()
   */
  constructor(
    interval: number,
    tags: Readonly<Record<string, string>>,
    figures: () => Figures,
    now = performance.now(),
  ) {
    this.#interval = interval > 0 ? interval * 1000 : Number.POSITIVE_INFINITY;
    this.#tags = tags;
    this.#figures = figures;
    this.#next = now + this.#interval;
  }

  /** Notes what goes out, in the order in which it does. */
  wrote(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#lineBegins = bytes[bytes.length - 1] === NEWLINE;
  }

  /** Whether a point may and should go out now. */
  due(now = performance.now()): boolean {
    return now >= this.#next && this.#lineBegins;
  }

  /**
   * The point to write when it is due, else nothing. To be asked after each chunk, and by a timer for a stream that is
   * idle. After a pause one point follows and not one for each interval.
   */
  take(now = performance.now(), time = Date.now()): Buffer | undefined {
    if (!this.due(now)) return undefined;
    // Behind its time, it counts from now on.
    this.#next = this.#next + this.#interval > now ? this.#next + this.#interval : now + this.#interval;
    return figuresPoint(this.#figures(), this.#tags, time);
  }
}
