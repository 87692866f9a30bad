/** The built program as Telegraf starts it: a child with three pipes, watched, and gone when its test ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, open, openSync, read, readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { ROOT } from './parts.ts';

export const CLI = `${ROOT}dist/src/cli.js`;

/** Far beyond what any step takes, so that only a hang meets it. */
const DEADLINE_MILLISECONDS = 90_000;
const POLL_MILLISECONDS = 2;
/** Telegraf gives up reading stderr at a longer line. */
const LONGEST_LOG_LINE = 64 << 10;
const LOG_LINE = /^[EWID]! \S/;
/** What already stands in a stderr that nobody reads. */
const FILLER = `I! ${'f'.repeat(124)}\n`;

export interface Setup {
  /** Behind `run`. Without any and with an `anomaly.toml` among the files, that is the config. */
  readonly arguments?: readonly string[];
  /** What lies in the child's directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files in its directory in place of the pipes. */
  readonly stdin?: string;
  readonly stdout?: string;
  /** Nobody reads stdout before `read` or `readSlowly` is called. */
  readonly unread?: boolean;
  /** The pipe of stderr is full, and nobody reads it before `readLog` is called. */
  readonly fullLog?: boolean;
  /** Takes what comes out, in place of `output`. */
  readonly receive?: (chunk: Buffer) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** performance.now() when the child was gone. */
  readonly at: number;
}

export class Child {
  readonly directory: string;
  /** performance.now() at the last byte of stdout, and at its end. */
  lastByteAt = 0;
  outputEndedAt = 0;
  readonly #receive: (chunk: Buffer) => void;
  #chunks: Buffer[] = [];
  #log = '';
  #process!: ChildProcess;
  #stdin: Socket | undefined;
  #stdout: Socket | undefined;
  #stderr: Socket | undefined;
  /** Our ends of the pipes, as long as no socket has them. */
  #stdoutEnd: number | undefined;
  #stderrEnd: number | undefined;
  #exit: Exit | undefined;
  #exited!: Promise<Exit>;

  private constructor(directory: string, receive?: (chunk: Buffer) => void) {
    this.directory = directory;
    this.#receive = receive ?? ((chunk) => this.#chunks.push(chunk));
  }

  /**
   * Starts the program. The test's end kills it, and fails the test when a line of its stderr is not one that
   * Telegraf takes for what it is.
   */
  static async start(t: Test, setup: Setup = {}): Promise<Child> {
    const child = new Child(t.testdir({ ...setup.files }), setup.receive);
    await child.#start(setup);
    const kill = () => child.kill('SIGKILL');
    process.on('exit', kill);
    t.teardown(async () => {
      kill();
      process.off('exit', kill);
      await child.#exited;
      for (const line of child.log) {
        if (LOG_LINE.test(line) && Buffer.byteLength(line) < LONGEST_LOG_LINE) continue;
        throw new Error(`not a line for Telegraf's log: ${line.slice(0, 300)}`);
      }
    });
    return child;
  }

  async #start({ arguments: given, files, stdin, stdout, unread, fullLog }: Setup): Promise<void> {
    const args = given ?? (files?.['anomaly.toml'] === undefined ? [] : ['--config', 'anomaly.toml']);
    const path = (name: string) => `${this.directory}/${name}`;
    const input = stdin === undefined ? await pipe(path('stdin.pipe')) : undefined;
    const output = stdout === undefined ? await pipe(path('stdout.pipe')) : undefined;
    const errors = await pipe(path('stderr.pipe'));
    if (fullLog) fill(path('stderr.pipe'));
    const stdio = [
      input?.[0] ?? openSync(path(stdin!), 'r'),
      output?.[1] ?? openSync(path(stdout!), 'w'),
      errors[1],
    ];
    // Started by another program, since the runner of the tests loads its hooks into every Node.js that is started.
    const { PATH } = process.env;
    this.#process = spawn(
      'env',
      ['-i', `PATH=${PATH}`, `HOME=${this.directory}`, process.execPath, CLI, 'run', ...args],
      { cwd: this.directory, stdio },
    );
    for (const descriptor of stdio) closeSync(descriptor);
    this.#exited = new Promise((resolve) => {
      this.#process.on('exit', (code, signal) => {
        this.#exit = { code, signal, at: performance.now() };
        // As Telegraf does: what nobody has read by now is lost.
        this.#stdin?.destroy();
        this.closeOutput();
        this.closeLog();
        resolve(this.#exit);
      });
    });
    if (input !== undefined)
      this.#stdin = new Socket({ fd: input[1], readable: false }).on('error', () => {});
    this.#stdoutEnd = output?.[0];
    this.#stderrEnd = errors[0];
    if (!unread && output !== undefined) this.read();
    if (!fullLog) this.readLog();
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get alive(): boolean {
    return this.#exit === undefined;
  }

  /** All that has come out by now. */
  get output(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  get text(): string {
    return this.output.toString();
  }

  /** The lines of stderr by now, what a full pipe was filled with left out. */
  get log(): string[] {
    const text = this.#log.replaceAll(FILLER, '').replace(/\n$/, '');
    return text === '' ? [] : text.split('\n');
  }

  /** Those that begin with `prefix`. */
  logged(prefix: string): string[] {
    return this.log.filter((line) => line.startsWith(prefix));
  }

  /** Most memory that the child has had at any time, in bytes. */
  get peakMemory(): number {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))!;
    return Number(kilobytes) * 1024;
  }

  /** Resolves when all of it is in the pipe. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stdin!.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Closes stdin behind the last byte and answers how the child has ended. */
  async end(): Promise<Exit> {
    this.#stdin?.end();
    return this.exit();
  }

  /** How the child has ended, by itself. */
  async exit(): Promise<Exit> {
    await this.until('the child has ended', () => !this.alive);
    return this.#exit!;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** From now on reads stdout as fast as it comes. */
  read(): void {
    this.#stdout = new Socket({ fd: this.#stdoutEnd!, writable: false });
    this.#stdoutEnd = undefined;
    this.#stdout
      .on('data', (chunk) => this.#take(chunk))
      .on('end', () => {
        this.outputEndedAt = performance.now();
      });
  }

  /** Reads stdout at an even rate, until its end or the child's. */
  async readSlowly(bytesPerSecond: number): Promise<void> {
    const portion = Buffer.alloc(4096);
    let due = 0;
    while (this.#stdoutEnd !== undefined) {
      const { bytesRead } = await promisify(read)(this.#stdoutEnd, portion, 0, portion.length, null);
      if (bytesRead === 0) return;
      this.#take(Buffer.from(portion.subarray(0, bytesRead)));
      due = (due || performance.now()) + (bytesRead / bytesPerSecond) * 1000;
      await delay(due - performance.now());
    }
  }

  readLog(): void {
    this.#stderr = new Socket({ fd: this.#stderrEnd!, writable: false });
    this.#stderrEnd = undefined;
    this.#stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
  }

  /** Nobody reads stdout any more. */
  closeOutput(): void {
    this.#stdout?.destroy();
    if (this.#stdoutEnd !== undefined) closeSync(this.#stdoutEnd);
    this.#stdoutEnd = undefined;
  }

  closeLog(): void {
    this.#stderr?.destroy();
    if (this.#stderrEnd !== undefined) closeSync(this.#stderrEnd);
    this.#stderrEnd = undefined;
  }

  /** Waits until `found` gives something true, and answers that. Throws when it never does. */
  async until<T>(what: string, found: () => T | undefined | false | 0 | ''): Promise<T> {
    const deadline = performance.now() + DEADLINE_MILLISECONDS;
    for (;;) {
      const value = found();
      if (value) return value;
      if (!this.alive || performance.now() > deadline) {
        const why = this.alive ? 'it took too long' : `the child ended: ${JSON.stringify(this.#exit)}`;
        throw new Error(`${why} before ${what}; its log: ${this.log.slice(-10).join('\n')}`);
      }
      await delay(POLL_MILLISECONDS);
    }
  }

  #take(chunk: Buffer): void {
    this.lastByteAt = performance.now();
    this.#receive(chunk);
  }
}

/**
 * A pipe of the kernel, its ends to read and to write, as Telegraf makes them. child_process would make a pair of
 * sockets, which hold more and end otherwise.
 */
async function pipe(path: string): Promise<[number, number]> {
  const { status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mkfifo ${path}: ${stderr}`);
  // Each waits for the other.
  return Promise.all([promisify(open)(path, 'r'), promisify(open)(path, 'w')]);
}

function fill(path: string): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(descriptor, FILLER);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  } finally {
    closeSync(descriptor);
  }
}
