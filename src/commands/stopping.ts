/** A command that works until it is told to stop, and then ends in order. */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Stops at Ctrl-C, and when stdout takes no more. The second Ctrl-C kills. */
export class Stop {
  /** Aborts when it is time to end. */
  readonly signal: AbortSignal;
  #by: (typeof SIGNALS)[number] | undefined;

  constructor() {
    const controller = new AbortController();
    this.signal = controller.signal;
    for (const name of SIGNALS)
      process.once(name, () => {
        this.#by ??= name;
        controller.abort();
      });
    process.stdout.once('error', () => controller.abort());
  }

  /** The name of the signal that came; undefined also where it was stdout. */
  get by(): string | undefined {
    return this.#by;
  }

  /** The exit code: 0, or the one that a shell expects of the signal. */
  get code(): number {
    return this.#by === undefined ? 0 : 128 + constants.signals[this.#by];
  }
}
