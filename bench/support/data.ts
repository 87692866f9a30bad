/** Files of line protocol, made once and kept in .cache/bench. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MakeLine } from './lines.ts';

/** The package's root, two levels above dist/bench/support once built. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const CACHE = `${ROOT}.cache/bench/`;
const LINES_PER_WRITE = 10_000;

/** The path of a file of so many points over so many tag sets, round after round. */
export function dataFile(name: string, make: MakeLine, tagSets: number, points: number): string {
  mkdirSync(CACHE, { recursive: true });
  const path = `${CACHE}${name}-${tagSets}-${points}.influx`;
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  const file = openSync(unfinished, 'w');
  let lines: string[] = [];
  for (let point = 0; point < points; point++) {
    lines.push(make(point % tagSets, Math.floor(point / tagSets)));
    if (lines.length === LINES_PER_WRITE || point === points - 1) {
      writeSync(file, `${lines.join('\n')}\n`);
      lines = [];
    }
  }
  closeSync(file);
  renameSync(unfinished, path);
  return path;
}
