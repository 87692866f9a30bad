/**
 * One write per chunk; the next chunk waits until this one is in the pipe, so back-pressure reaches Telegraf
 * and nothing of ours waits in between.
 */
import type { Writable } from 'node:stream';

/** What a pipe holds on Linux. */
const PIPE_BYTES = 64 << 10;
/** Smaller writes say nothing about the speed of who reads. */
const TELLING_BYTES = 4 << 10;
/**
 * Telegraf closes our stdout as soon as we are gone, and what is still in the pipe is lost. So we stay until it
 * should be empty, and a little longer; but Telegraf ends us after 10 s, and half of that is for other things.
 */
const LEAST_LINGER = 400;
const LONGEST_LINGER = 3000;

export class Writer {
  readonly #output: Writable;
  /** Milliseconds that the reader of the pipe takes to empty a full one, by the last write that had to wait. */
  #emptying = 0;

  constructor(output: Writable) {
    this.#output = output;
  }

  /**
   * Writes the bytes, which the stream may hold on to until the answer has resolved. Answers nothing where
   * they went out at once, so that the usual write costs no promise.
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0) return undefined;
    let resolve: (() => void) | undefined;
    this.#output.write(bytes, () => resolve?.());
    if (this.#output.writableLength === 0) return undefined;
    const started = performance.now();
    return new Promise((resolved) => {
      resolve = () => {
        if (bytes.length >= TELLING_BYTES) {
          this.#emptying = ((performance.now() - started) * PIPE_BYTES) / bytes.length;
        }
        resolved();
      };
    });
  }

  /** How long to stay after the last write, in milliseconds. */
  get linger(): number {
    return Math.min(LEAST_LINGER + 2 * this.#emptying, LONGEST_LINGER);
  }
}
