/** A program between a file and nothing, timed from the outside. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CACHE, ROOT } from './data.ts';

export interface Timing {
  /** From its start to its end, so its start-up too. */
  readonly seconds: number;
  /** CPU seconds of the program alone, user and system. */
  readonly cpu: number;
}

/** bash, because its `time` counts one command of a pipeline, start-up and all, and writes what we ask for. */
const ALONE = `TIMEFORMAT='%R %U %S'; { time "$@" > /dev/null 2>&3; } 3> /dev/null`;
const SCRIPT = `TIMEFORMAT='%R %U %S'; cat "$0" | { time "$@" > /dev/null 2>&3; } 3> /dev/null`;

/** `cat FILE | PROGRAM > /dev/null`. Throws when the program fails. */
export function timeBehindPipe(file: string, program: readonly string[]): Timing {
  return time(['-o', 'pipefail', '-c', SCRIPT, file], program);
}

/** `PROGRAM > /dev/null`. Throws when the program fails. */
export function timeAlone(program: readonly string[]): Timing {
  return time(['-c', ALONE, 'bash'], program);
}

function time(script: readonly string[], program: readonly string[]): Timing {
  const { status, stderr, error } = spawnSync('bash', [...script, ...program], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  const [seconds, user, system] = stderr.trim().split(' ').map(Number);
  if (status !== 0 || system === undefined) throw new Error(`${program.join(' ')} failed: ${stderr}`);
  return { seconds: seconds!, cpu: user! + system };
}

/** The command of a script of bench/peers. */
export function peer(name: string): string[] {
  return [process.execPath, fileURLToPath(new URL(`../peers/${name}.js`, import.meta.url))];
}

/** The built program. */
export const CLI: readonly string[] = [process.execPath, `${ROOT}dist/src/cli.js`];

/** Its command under Telegraf. */
export const PROGRAM: readonly string[] = [...CLI, 'run'];

/** A z-score with a fixed threshold. */
export const ZSCORE_CONFIG = `${ROOT}bench/zscore.toml`;

/** The tables of that config, and of one with the default detector and its budget. */
export const DETECTORS = {
  'z-score': readFileSync(ZSCORE_CONFIG, 'utf8'),
  'default detector': '[[detectors.baseline]]\n',
};

/**
 * Writes a config with these tables and the state in memory: where the program remembers the run before, every value of
 * the next one is late and is not scored. Answers its path.
 */
export function inMemory(detector: keyof typeof DETECTORS): string {
  mkdirSync(CACHE, { recursive: true });
  const config = `${CACHE}${detector.replace(' ', '-')}.toml`;
  writeFileSync(config, `[state]\nstore = "memory"\n${DETECTORS[detector]}`);
  return config;
}
