/**
 * A real server for a test: on a port that is its own, with data that outlives it, stopped, killed and started
 * again at will, and gone when the test ends, however it ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';

/** A JVM on a busy machine takes its time. */
const DEADLINE_MILLISECONDS = 180_000;
const POLL_MILLISECONDS = 50;
const LOG_LINES = 40;

export interface ServerSetup {
  /** In messages. */
  readonly name: string;
  readonly command: readonly string[];
  /** Where it starts and keeps its log. */
  readonly directory: string;
  /** On 127.0.0.1; every one of them must be listened on by the server itself. */
  readonly ports: readonly number[];
  /** Whether it answers; an exception is a no. */
  readonly ready: () => Promise<boolean>;
}

export class Server {
  readonly #setup: ServerSetup;
  readonly #log: string;
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();

  /** Not started yet. The test's end kills it. */
  constructor(t: Test, setup: ServerSetup) {
    this.#setup = setup;
    this.#log = `${setup.directory}/${setup.name}.log`;
    t.teardown(async () => {
      await this.kill();
      if (!t.passing()) for (const line of this.log()) t.comment(line);
    });
  }

  /** Resolves when it answers. Throws, with its log, when it ends before, takes too long, or finds its port taken. */
  async start(): Promise<void> {
    const { name, command, directory, ports, ready } = this.#setup;
    for (const port of ports) {
      if (listeners(port).length > 0) throw new Error(`${name}: another process listens on port ${port}`);
    }
    const log = openSync(this.#log, 'a');
    // So that it does not outlive a test that is killed. setpriv becomes the server: its process is the server's.
    const server = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      cwd: directory,
      env: { PATH: process.env.PATH, HOME: directory },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#process = server;
    let gone = '';
    this.#exited = new Promise((resolve) => {
      server.on('error', (error) => {
        gone = String(error);
        resolve();
      });
      server.on('exit', (code, signal) => {
        gone = `it ended with ${signal ?? code}`;
        resolve();
      });
    });
    const deadline = performance.now() + DEADLINE_MILLISECONDS;
    for (;;) {
      if (gone !== '') throw new Error(this.#failure(gone));
      if (performance.now() > deadline) throw new Error(this.#failure('it took too long'));
      const own = ports.every((port) => holds(server.pid!, listeners(port)));
      if (own && (await ready().catch(() => false))) return;
      await delay(POLL_MILLISECONDS);
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    this.#process?.kill('SIGTERM');
    await this.#exited;
  }

  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#exited;
  }

  /** The last lines that it has printed. */
  log(): string[] {
    if (!existsSync(this.#log)) return [];
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES);
  }

  #failure(why: string): string {
    return `${this.#setup.name} does not start: ${why}\n${this.log().join('\n')}`;
  }
}

/** The kernel's names of the sockets that listen on a port of any address. */
function listeners(port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => {
    const rows = readFileSync(table, 'utf8').split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
      return state === '0A' && local.endsWith(suffix) ? [`socket:[${inode}]`] : [];
    });
  });
}

/** Whether the process has one of these sockets open. */
function holds(pid: number, sockets: readonly string[]): boolean {
  const directory = `/proc/${pid}/fd`;
  try {
    return readdirSync(directory).some((descriptor) => {
      try {
        return sockets.includes(readlinkSync(`${directory}/${descriptor}`));
      } catch {
        return false; // Closed meanwhile.
      }
    });
  } catch {
    return false; // It has ended.
  }
}

/**
 * A port that nobody listens on, below those that the kernel gives to clients: else a client that tries again and
 * again while its server is down could get the server's port for itself.
 */
export function freePort(): number {
  const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/);
  const lowest = 10_000;
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (Number(first) - lowest));
    if (listeners(port).length === 0) return port;
  }
}
