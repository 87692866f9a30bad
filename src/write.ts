/**
 * One write per chunk; the next chunk waits until this one is in the pipe, so back-pressure reaches Telegraf
 * and nothing of ours waits in between.
 */
import type { Writable } from 'node:stream';

/** What a pipe holds on Linux, and in what portions its reader makes room for a writer that waits. */
const PIPE_BYTES = 64 << 10;
const PAGE_BYTES = 4 << 10;
/**
 * Telegraf closes our stdout as soon as we are gone, and what is still in the pipe is lost. So we stay until it
 * should be empty: at least as long as a reader of 100 KB/s takes for a full pipe, and half as long again. But
 * Telegraf ends us after 10 s, and most of that is for other things.
 */
const LEAST_LINGER = 1000;
const LONGEST_LINGER = 3000;

export class Writer {
  readonly #output: Writable;
  /** Milliseconds that the reader of the pipe takes to empty a full one, by the last write that had to wait. */
  #emptying = 0;
  /** When the pipe was full, if the last write had to wait. */
  #fullAt: number | undefined;

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
    if (this.#output.writableLength === 0) {
      this.#fullAt = undefined;
      return undefined;
    }
    const started = performance.now();
    return new Promise((resolved) => {
      resolve = () => {
        this.#measure(bytes.length, started);
        resolved();
      };
    });
  }

  /**
   * A write that had to wait leaves the pipe full. From one such moment to the next the reader takes just what was
   * written; before the first one nobody knows how much room there was, and only a page is sure to have been read.
   */
  #measure(bytes: number, started: number): void {
    const now = performance.now();
    const since = this.#fullAt ?? started;
    const taken = this.#fullAt === undefined ? PAGE_BYTES : Math.max(bytes, PAGE_BYTES);
    this.#emptying = ((now - since) * PIPE_BYTES) / taken;
    this.#fullAt = now;
  }

  /** How long to stay after the last write, in milliseconds. */
  get linger(): number {
    return Math.min(LEAST_LINGER + this.#emptying, LONGEST_LINGER);
  }
}
