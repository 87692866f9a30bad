/** Locks of real processes, which are really killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import t, { type Test } from 'tap';
import { acquireLock, LockError } from '../../src/state/lock.ts';

const LOCK = new URL('../../src/state/lock.js', import.meta.url).href;
/** Takes the lock and says so, or says why not; lets it go at the end of stdin. */
const PROGRAM = `
  import { acquireLock } from ${JSON.stringify(LOCK)};
  const [directory, retryFor] = process.argv.slice(1);
  process.stdout.write('ready\\n');
  process.stdin.once('data', async () => {
    try {
      const lock = await acquireLock(directory, { retryFor: Number(retryFor) });
      process.stdin.on('end', () => lock.release());
      process.stdout.write('locked\\n');
    } catch (error) {
      process.stdout.write(error.code + ' ' + error.holder + '\\n');
    }
  });
`;

class Holder {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(t: Test, directory: string, retryFor = 0) {
    // Not by node itself, since the runner of the tests loads its hooks into every Node.js that is started.
    const args = ['--input-type=module', '-e', PROGRAM, directory, String(retryFor)];
    this.process = spawn('env', ['-i', process.execPath, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
    t.teardown(() => this.process.kill('SIGKILL'));
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value;
  }

  /** What became of it, once it is told to take the lock. */
  async lock(): Promise<string> {
    this.process.stdin!.write('go\n');
    return this.line();
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

async function holderOf(t: Test, directory: string): Promise<Holder> {
  const holder = new Holder(t, directory);
  t.equal(await holder.line(), 'ready');
  t.equal(await holder.lock(), 'locked');
  return holder;
}

t.test('the second process is refused, and told by whom', async (t) => {
  const directory = t.testdir();
  const holder = await holderOf(t, directory);
  const error = await acquireLock(directory, { retryFor: 0.3 }).catch((error: unknown) => error);
  t.ok(error instanceof LockError);
  t.match(error, { code: 'LOCK_BUSY', holder: holder.process.pid });
  t.match((error as Error).message, directory);
  t.match((error as Error).message, String(holder.process.pid));
  t.equal(readdirSync(directory).length, 1, 'nothing of the second is left');
  const again = await acquireLock(directory, { retryFor: 0 }).catch((error: LockError) => error);
  t.match(again, { code: 'LOCK_BUSY' });
});

t.test('the lock of a process that was killed is taken over at once', async (t) => {
  const directory = t.testdir();
  const holder = await holderOf(t, directory);
  await holder.kill();
  t.equal(readdirSync(directory).length, 1, 'it is still there');
  const lock = await acquireLock(directory, { retryFor: 0 });
  t.equal(readdirSync(directory).length, 1, 'only the new one');
  await lock.release();
});

t.test('a stopped process keeps its lock', async (t) => {
  const directory = t.testdir();
  const holder = await holderOf(t, directory);
  holder.process.kill('SIGSTOP');
  for (let i = 0; i < 20; i++)
    await t.rejects(acquireLock(directory, { retryFor: 0 }), { code: 'LOCK_BUSY' }, `try ${i}`);
});

t.test('a lock that is let go', async (t) => {
  const directory = t.testdir();
  const holder = await holderOf(t, directory);
  const waiting = acquireLock(directory, { retryFor: 30 });
  const exit = once(holder.process, 'exit');
  holder.process.stdin!.end();
  const lock = await waiting;
  t.equal((await exit)[0], 0, 'the lock does not keep the process');
  await t.rejects(acquireLock(directory, { retryFor: 0 }), { code: 'LOCK_BUSY', holder: process.pid });
  await lock.release();
  await lock.release();
  t.same(readdirSync(directory), []);
  const next = await acquireLock(directory, { retryFor: 0 });
  await lock.release();
  await t.rejects(
    acquireLock(directory, { retryFor: 0 }),
    { code: 'LOCK_BUSY' },
    'the next one is not let go',
  );
  await next.release();
});

t.test('of eight processes that find a dead lock one takes it', async (t) => {
  for (let round = 0; round < 20; round++) {
    const directory = t.testdir();
    await (await holderOf(t, directory)).kill();
    const holders = Array.from({ length: 8 }, () => new Holder(t, directory, 1));
    await Promise.all(holders.map((holder) => holder.line()));
    const outcomes = await Promise.all(holders.map((holder) => holder.lock()));
    const winner = outcomes.indexOf('locked');
    t.same(
      outcomes.filter((_, at) => at !== winner),
      Array(7).fill(`LOCK_BUSY ${holders[winner]?.process.pid}`),
      `round ${round}`,
    );
    t.equal(readdirSync(directory).length, 1);
    await Promise.all(holders.map((holder) => holder.kill()));
  }
});

t.test('a directory that is not there is made, for its owner alone', async (t) => {
  const directory = `${t.testdir()}/some/${'long'.repeat(40)}`;
  const lock = await acquireLock(directory);
  t.equal(statSync(directory).mode & 0o777, 0o700);
  await t.rejects(
    acquireLock(directory, { retryFor: 0 }),
    { code: 'LOCK_BUSY' },
    'its long name is no matter',
  );
  await lock.release();
});

t.test('what else is in the directory stays', async (t) => {
  const directory = t.testdir({ 'data.mdb': 'x', 'lock.mdb': 'y' });
  const lock = await acquireLock(directory, { retryFor: 0 });
  await lock.release();
  t.same(readdirSync(directory).sort(), ['data.mdb', 'lock.mdb']);
});

t.test("a socket that is not shown yet is in nobody's way", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'lock-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const name = `${directory}/new-lock-1-0123456789abcdef`;
  const server = createServer().listen(name);
  await once(server, 'listening');
  const lock = await acquireLock(directory, { retryFor: 0 });
  t.ok(existsSync(name), 'while it lives');
  await lock.release();
  server.close();
  writeFileSync(name, '');
  await (await acquireLock(directory, { retryFor: 0 })).release();
  t.notOk(existsSync(name), 'a dead one is removed');
});

t.test('a place where no lock can be', async (t) => {
  const file = `${t.testdir({ file: '' })}/file`;
  for (const directory of [file, `${file}/below`, '/proc/self', '/proc/none/below']) {
    const error = await acquireLock(directory, { retryFor: 0 }).catch((error: LockError) => error);
    t.match(error, { code: 'LOCK_FAILED', holder: undefined }, directory);
    t.match((error as Error).message, directory);
  }
});
