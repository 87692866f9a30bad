/** A command that works until it is told to stop, and then ends in order. */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Stops at Ctrl-C or SIGTERM, and when stdout takes no more. The second of them kills. */
export class Stop {
  /** Aborts when it is time to end. */
  readonly signal: AbortSignal;
  #by: NodeJS.Signals | undefined;

  /**
   * @param onSignal called at once with the signal's name: who presses Ctrl-C wants to see that it was heard
   * @param withStdout whether there is nothing more to do when stdout takes no more
   */
  constructor(onSignal: (name: string) => void, withStdout = true) {
    const controller = new AbortController();
    this.signal = controller.signal;
    const stop = (name: NodeJS.Signals): void => {
      for (const each of SIGNALS) process.off(each, stop);
      this.#by = name;
      onSignal(name);
      controller.abort();
    };
    for (const name of SIGNALS) process.on(name, stop);
    if (withStdout) process.stdout.once('error', () => controller.abort());
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

/** Gives what comes until the signal aborts. What is waited for then is left: a pipe may be silent for ever. */
export async function* until<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  while (!signal.aborted) {
    const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
      const stop = () => resolve(undefined);
      signal.addEventListener('abort', stop, { once: true });
      iterator
        .next()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', stop));
    });
    if (next === undefined || next.done) return;
    yield next.value;
  }
}
