/** One write per chunk, and the next chunk waits until this one is in the pipe: back-pressure reaches Telegraf. */
import type { Writable } from 'node:stream';

/**
 * Writes the bytes, which the stream may hold on to until this has resolved. Answers nothing where they went
 * out at once, so that the usual write costs no promise.
 */
export function write(output: Writable, bytes: Uint8Array): Promise<void> | undefined {
  if (bytes.length === 0) return undefined;
  let done = false;
  let resolve: (() => void) | undefined;
  output.write(bytes, () => {
    done = true;
    resolve?.();
  });
  if (done || output.writableLength === 0) return undefined;
  return new Promise((resolved) => {
    resolve = resolved;
  });
}
