/** Points as they once came: each waits until its time, some times faster than then. */
import { setTimeout } from 'node:timers/promises';

const NEWLINE = 10;
const MINUS = 45;
const ZERO = 48;
const SPACE = 32;
/** Milliseconds; a timer is no more exact than this. */
const SOON = 2;
const LONGEST_WAIT = 60_000;

/**
 * Cuts the chunks before each point that is not due yet, and gives the rest when it is. The first time that it meets is
 * now; what is older, or has no time, does not wait.
 *
 * @param speed event time to real time: 60 plays an hour in a minute
 * @param signal ends the waiting; what is left comes at once
 */
export async function* paced(
  chunks: AsyncIterable<Uint8Array>,
  speed: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let first: number | undefined;
  const began = performance.now();
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    let line = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, line)) {
      const time = timeBefore(data, end);
      first ??= time;
      const due = time === undefined ? 0 : began + (time - first!) / speed;
      if (due > performance.now() + SOON) {
        if (line > from) yield data.subarray(from, line);
        from = line;
        await until(due, signal);
      }
      line = end + 1;
    }
    if (line > from) yield data.subarray(from, line);
    // The chunk is the giver's again.
    rest = Uint8Array.from(data.subarray(line));
  }
  if (rest.length > 0) yield rest;
}

/** The timestamp before this newline, in milliseconds; undefined where the line ends in none. */
export function timeBefore(data: Uint8Array, end: number): number | undefined {
  let time = 0;
  let scale = 1e-6;
  let at = end - 1;
  for (; data[at]! >= ZERO && data[at]! <= ZERO + 9; at--, scale *= 10) time += (data[at]! - ZERO) * scale;
  if (at === end - 1) return undefined;
  if (data[at] === SPACE) return time;
  return data[at] === MINUS && data[at - 1] === SPACE ? -time : undefined;
}

async function until(due: number, signal?: AbortSignal): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    try {
      await setTimeout(Math.min(left, LONGEST_WAIT), undefined, signal && { signal });
    } catch {
      return;
    }
  }
}
