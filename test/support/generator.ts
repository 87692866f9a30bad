/**
 * A metrics source for inputs.execd: points 0, 1, 2, … at an even rate until told to stop, then the number of
 * them that were written, into the file COUNT. Started again, it goes on from there: a reload is seamless.
 *
 * usage: node generator.js COUNT POINTS_A_SECOND [now]    now: stamped with the clock instead of made-up time
 */
import { closeSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadPoint } from './load.ts';

const [, , count = 'count', rate = '1000', clock] = process.argv;
const TICK_MILLISECONDS = 10;
/** Telegraf throws away what it has not read when a child is gone, so both pipes must end first. */
const LINGER_MILLISECONDS = 300;

const first = existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0;
const begin = performance.now();
let next = first;
let free = true;

const timer = setInterval(() => {
  if (!free) return;
  const due = first + Math.floor(((performance.now() - begin) * Number(rate)) / 1000);
  let lines = '';
  for (; next < due; next++) {
    const time = clock === 'now' ? BigInt(Date.now()) * 1_000_000n + BigInt(next % 1_000_000) : undefined;
    lines += `${loadPoint(next, time)}\n`;
  }
  free = false;
  process.stdout.write(lines, () => {
    free = true;
  });
}, TICK_MILLISECONDS);

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  clearInterval(timer);
  process.stdout.write('', () => {
    writeFileSync(count, String(next));
    closeSync(1);
    closeSync(2);
    setTimeout(() => process.exit(0), LINGER_MILLISECONDS);
  });
}
process.stdin.on('end', stop).resume();
process.on('SIGTERM', stop).on('SIGINT', stop);
