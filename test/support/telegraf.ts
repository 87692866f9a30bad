/** A real Telegraf in a directory of its own, for one test: started, watched, and gone when the test ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { ROOT } from './parts.ts';

/** Our program as `command` of a processors.execd, with `anomaly.toml` in Telegraf's directory. */
export const PROGRAM = [process.execPath, `${ROOT}dist/src/cli.js`, 'run', '--config', 'anomaly.toml'];

/** Far beyond what any step takes, so that only a hang meets it. */
const DEADLINE_SECONDS = 90;
const POLL_MILLISECONDS = 20;
/** From the end of a child's stdin until Telegraf kills it. */
const PATIENCE_SECONDS = 10;

export interface LogLine {
  /** E, W, I, D or T. */
  readonly level: string;
  readonly text: string;
}

export interface Child {
  readonly pid: number;
  readonly command: string;
}

export interface Setup {
  /** Of Telegraf; paths in it are relative to its directory. */
  readonly config: string;
  /** What lies in the directory besides, such as `anomaly.toml`. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** That of a Telegraf before it, with all that it has left there. */
  readonly directory?: string;
  /** Of Telegraf, such as `--once`. */
  readonly arguments?: readonly string[];
}

export class Telegraf {
  readonly directory: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  #stderr = '';
  #stdout = '';

  /** Starts the Telegraf at `path`. The test's end kills it and whatever it has started. */
  constructor(t: Test, path: string, setup: Setup) {
    const files = { 'telegraf.conf': setup.config, ...setup.files };
    this.directory = setup.directory ?? t.testdir();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.directory, name), content);
    // The runner's environment would load its hooks into every Node.js process that Telegraf starts.
    const { PATH } = process.env;
    // A process group of its own, so that one signal reaches Telegraf and its children.
    this.#process = spawn(
      path,
      ['--config', 'telegraf.conf', '--strict-env-handling', ...(setup.arguments ?? [])],
      { cwd: this.directory, env: { PATH, HOME: this.directory }, detached: true },
    );
    this.#process.stdout?.setEncoding('latin1').on('data', (text) => (this.#stdout += text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text) => (this.#stderr += text));
    this.#ended = new Promise((resolve, reject) => {
      this.#process.on('error', reject).on('close', resolve);
    });
    const kill = () => this.#signalAll('SIGKILL');
    process.on('exit', kill);
    t.teardown(async () => {
      kill();
      process.off('exit', kill);
      await this.#ended;
      if (!t.passing()) for (const line of this.#stderr.split('\n').slice(-40)) t.comment(line);
    });
  }

  /** What an output has written to `file` by now, one character a byte. */
  output(file = 'out.influx'): string {
    const path = `${this.directory}/${file}`;
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }

  /** What Telegraf itself has printed: the points, with `--test`. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Telegraf's log by now; with `level` and `part`, only its lines of that level that hold that text. */
  log(level = '', part = ''): LogLine[] {
    const lines = this.#stderr.matchAll(/^\d{4}-\S+Z ([EWIDT])! (.*)$/gm);
    return [...lines]
      .map(([, found, text]) => ({ level: found ?? '', text: text ?? '' }))
      .filter((line) => line.level.startsWith(level) && line.text.includes(part));
  }

  /** The running processes that Telegraf has started and whose command line holds `part`. */
  children(part: string): Child[] {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
    return stdout.split('\n').flatMap((line) => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(parent) === this.#process.pid && command.includes(part)
        ? [{ pid: Number(pid), command }]
        : [];
    });
  }

  /** Waits until `found` gives something true, and answers that. Throws when it never does. */
  async until<T>(what: string, found: () => T | undefined | false | 0 | ''): Promise<T> {
    const deadline = performance.now() + DEADLINE_SECONDS * 1000;
    for (;;) {
      const value = found();
      if (value) return value;
      if (this.#process.exitCode !== null) throw new Error(`Telegraf ended before ${what}`);
      if (performance.now() > deadline) throw new Error(`${DEADLINE_SECONDS} s passed before ${what}`);
      await delay(POLL_MILLISECONDS);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** What Ctrl-C in a terminal does: SIGINT to Telegraf and to all that it has started. */
  interrupt(): void {
    this.#signalAll('SIGINT');
  }

  /** Telegraf's exit code, when it ends by itself (`--once`) or has been told to. */
  async end(): Promise<number | null> {
    const timer = delay(DEADLINE_SECONDS * 1000, undefined, { ref: false }).then(() => {
      throw new Error(`Telegraf has not ended in ${DEADLINE_SECONDS} s`);
    });
    return Promise.race([this.#ended, timer]);
  }

  /** Asks Telegraf to stop, as systemd does, and answers its exit code. Throws when it had to kill a child for it. */
  async stop(): Promise<number | null> {
    const asked = performance.now();
    this.signal('SIGTERM');
    const code = await this.end();
    const seconds = (performance.now() - asked) / 1000;
    if (seconds > PATIENCE_SECONDS)
      throw new Error(`Telegraf took ${seconds} s to stop: a child did not end`);
    return code;
  }

  #signalAll(name: NodeJS.Signals): void {
    try {
      if (this.#process.pid !== undefined) process.kill(-this.#process.pid, name);
    } catch {
      // ESRCH: all of them are gone already.
    }
  }
}
