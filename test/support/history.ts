/** Fifteen days of series to learn from, and the program that learns them, as children. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { uniform } from '../../src/math/random.ts';
import type { Store } from '../../src/store.ts';
import { decodeMark, type Mark } from '../../src/train/mark.ts';
import { MARK, one } from '../../src/train/undo.ts';
import { CLI } from './child.ts';

export const DAYS = 15;
const FIRST_SECOND = 1_700_006_400;
const DAY_SECONDS = 86_400;
/** Far beyond what any step takes, so that only a hang meets it. */
const DEADLINE_MILLISECONDS = 120_000;
const LOOK_EVERY = 3;

/** A budget, a threshold with events, and values that are prepared. */
export const CONFIG = `
[[detectors.baseline]]
  fieldinclude = ["load"]
[[detectors.zscore]]
  threshold = 4
  annotate = "events"
[[detectors.zscore]]
  alias = "rises"
  fieldinclude = ["load"]
  prepare = "difference"
  max_false_alarms = "1/day"
`;

export interface Shape {
  readonly tagSets: number;
  /** Points of each tag set in a day. */
  readonly steps: number;
}

/** The text of a day: one tag set after the other, each in time order. */
export function day(number: number, { tagSets, steps }: Shape): string {
  const lines: string[] = [];
  for (let n = 0; n < tagSets; n++)
    for (let i = 0; i < steps; i++) {
      const step = number * steps + i;
      const second = FIRST_SECOND + number * DAY_SECONDS + Math.floor((DAY_SECONDS / steps) * i);
      // From late on the last but one day to the middle of the last one some series are off.
      const off = n % 5 === 0 && step >= (DAYS - 1) * steps - 2 && i !== Math.floor(steps / 2) ? 40 : 0;
      const load = 50 + 10 * Math.sin((6.283 * i) / steps + n) + uniform(1, n, step) + off;
      const total = 1000 * step + Math.floor(900 * uniform(2, n, step));
      lines.push(
        `my\\ app\\,x,host=web\\ ${n}\\,a,k\\=y=c:\\\\d load=${load.toFixed(3)},total=${total}i,ok=true ${second}000000${String(n).padStart(3, '0')}\n`,
      );
    }
  return lines.join('');
}

export function daysOf(from: number, to: number, shape: Shape): string {
  return Array.from({ length: to - from }, (_, i) => day(from + i, shape)).join('');
}

/** Starts the program without what the runner of the tests loads into every Node.js. */
function argvOf(args: readonly string[]): [string, string[]] {
  const { PATH } = process.env;
  return ['env', ['-i', `PATH=${PATH}`, 'INFLUX_TOKEN=t', process.execPath, CLI, ...args]];
}

export interface Ended {
  readonly code: number | null;
  readonly output: Buffer;
  readonly log: string;
}

/** Waits for the program's end. */
export function program(directory: string, args: readonly string[], input: string | Buffer = ''): Ended {
  const { status, stdout, stderr } = spawnSync(...argvOf(args), {
    cwd: directory,
    input,
    maxBuffer: 2 ** 30,
  });
  return { code: status, output: stdout, log: String(stderr) };
}

/** A training that can be interrupted. */
export class Running {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #log = '';

  constructor(t: Test, directory: string, args: readonly string[]) {
    this.#child = spawn(...argvOf(args), { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    t.teardown(() => this.#child.kill('SIGKILL'));
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(): Promise<{ code: number | null; signal: NodeJS.Signals | null; log: string }> {
    const [code, signal] = (await this.#ended) as [number | null, NodeJS.Signals | null];
    return { code, signal, log: this.#log };
  }

  /** Waits until the mark is as wanted, or the program has ended. Answers the mark. */
  async until(store: Store, wanted: (mark: Mark) => boolean | Promise<boolean>): Promise<Mark | undefined> {
    const deadline = performance.now() + DEADLINE_MILLISECONDS;
    while (this.alive && performance.now() < deadline) {
      const mark = decodeMark(await one(store, MARK));
      if (mark !== undefined && (await wanted(mark))) return mark;
      await delay(LOOK_EVERY);
    }
    return undefined;
  }
}

/** Pages of rows that have been written since the mark. */
export async function pagesSince(store: Store, { number }: Mark): Promise<number> {
  const names = await store.keys(Buffer.from('up'), undefined, 1e5);
  let pages = 0;
  await store.getMany(names, (_, value) => {
    if (value !== undefined && Buffer.from(value).readUInt32LE() === number) pages++;
  });
  return pages;
}

/** An empty state to look into while others have it: one look from its begin on, which holds the list of readers open. */
export async function watched(t: Test, state: string): Promise<Store> {
  const path = join(state, 'store');
  mkdirSync(path, { recursive: true });
  await (await lmdb.open({ path, sync: false, readOnly: false })).close();
  const store = await lmdb.open({ path, sync: false, readOnly: true });
  t.teardown(() => store.close());
  return store;
}
