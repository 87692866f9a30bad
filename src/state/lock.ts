/**
 * One state directory, one process.
 *
 * Node has no flock, so something else must end with the process. A file with a process id does not: the id says
 * nothing in another container that shares the directory, and little after a restart. A Unix socket does: the kernel
 * refuses connections from the moment its process is gone, however it went, and tells the truth to every container
 * of the machine.
 *
 * What is left is the race for the socket of a dead one, and no two processes can be told apart that remove and make
 * a file of the same name. So each has a name of its own, and the rule is: **show yourself, then look around; whoever
 * sees another alive withdraws.** Of any two, the one who showed itself later sees the other, so both never stay.
 * Both may withdraw, and then try again after a time that differs. A socket shows itself, by a new name, when it
 * listens already: one that refuses connections is dead for good, and whoever finds it may remove it.
 *
 * Two machines that share a directory over a network do not see one another; neither may LMDB lie there. Without
 * Unix sockets (Windows, a few file systems) there is no lock, and the error says so.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SHOWN = 'lock-';
const HIDDEN = 'new-lock-';
/** Names hold the process id, for the error of whoever comes next. */
const NAME = /^(?:new-)?lock-(\d+)-[0-9a-f]{16}$/;
/** Milliseconds between two tries: long beside a try, so that those who withdrew do not meet again. */
const SHORTEST_PAUSE = 20;
const LONGEST_PAUSE = 200;
/** The path of a socket has room for that many bytes, less the zero behind it (104 on macOS); Node cuts longer ones. */
const LONGEST_PATH = 103;
/** Where an open directory has a short name. */
const DESCRIPTORS = '/proc/self/fd';

export class LockError extends Error {
  /** LOCK_BUSY: another process has it. LOCK_FAILED: there cannot be a lock in this directory. */
  readonly code: 'LOCK_BUSY' | 'LOCK_FAILED';
  /** The process that has the lock, as it is numbered in its own container. */
  readonly holder: number | undefined;

  constructor(code: LockError['code'], message: string, holder?: number) {
    super(message);
    this.code = code;
    this.holder = holder;
  }
}

/** Ends with the process at the latest. Does not keep the process alive. */
export interface Lock {
  /** Lets the next process in. A second call does nothing. */
  release(): Promise<void>;
}

/**
 * Makes the directory its own, and makes the directory where it is missing. Throws a LockError.
 *
 * @param retryFor seconds to wait for another process to end; 0 asks once
 */
export async function acquireLock(directory: string, { retryFor = 5 } = {}): Promise<Lock> {
  const deadline = performance.now() + retryFor * 1000;
  let place: Place | undefined;
  try {
    await makeDirectory(directory);
    place = new Place(directory);
    for (;;) {
      const outcome = await tryLock(place);
      if (typeof outcome !== 'number') return outcome;
      const pause = SHORTEST_PAUSE + Math.random() * (LONGEST_PAUSE - SHORTEST_PAUSE);
      if (performance.now() + pause > deadline) throw busy(directory, outcome);
      await delay(pause);
    }
  } catch (error) {
    place?.close();
    if (error instanceof LockError) throw error;
    const { message } = error as Error;
    throw new LockError(
      'LOCK_FAILED',
      `${directory} cannot be locked: ${message}; [state] path names another`,
    );
  }
}

/** The process that has the directory, if one has. Changes nothing. */
export async function lockHolder(directory: string): Promise<number | undefined> {
  const place = new Place(directory);
  try {
    for (const file of await readdir(place.path)) {
      const [, pid] = NAME.exec(file) ?? [];
      if (pid !== undefined && file.startsWith(SHOWN) && (await isAlive(`${place.path}/${file}`)))
        return Number(pid);
    }
    return undefined;
  } finally {
    place.close();
  }
}

/** With those above it. Not by Node's own `recursive`, which never ends in /proc, where nothing can be made. */
async function makeDirectory(directory: string): Promise<void> {
  const make = () => mkdir(directory, { mode: 0o700 });
  try {
    await make().catch(async (error: NodeJS.ErrnoException) => {
      const above = dirname(directory);
      if (error.code !== 'ENOENT' || above === directory) throw error;
      await makeDirectory(above);
      await make();
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function busy(directory: string, holder: number): LockError {
  const hint =
    'give each process a [state] path of its own, or set skip_processors_after_aggregators = true where Telegraf starts it twice';
  return new LockError('LOCK_BUSY', `${directory} is in use by process ${holder}; ${hint}`, holder);
}

/** A directory, by a name that is short enough for sockets where the system has one. */
class Place {
  readonly path: string;
  readonly #descriptor: number | undefined;

  constructor(directory: string) {
    if (existsSync(DESCRIPTORS)) this.#descriptor = openSync(directory, 'r');
    this.path = this.#descriptor === undefined ? directory : `${DESCRIPTORS}/${this.#descriptor}`;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

/** The lock, or the process that is in the way. */
async function tryLock(place: Place): Promise<Lock | number> {
  const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
  const hidden = `${place.path}/${HIDDEN}${name}`;
  const shown = `${place.path}/${SHOWN}${name}`;
  // At first without a socket: a long wait for the holder shall get in nobody's way.
  const before = await lookAround(place, name);
  if (before !== undefined) return before;
  const server = await listen(hidden);
  const withdraw = async () => {
    server.close();
    await rm(shown, { force: true });
  };
  try {
    await rename(hidden, shown);
    const other = await lookAround(place, name);
    if (other === undefined) return new SocketLock(place, withdraw);
    await withdraw();
    return other;
  } catch (error) {
    await withdraw();
    // Someone who looked around met the socket before it listened, and removed it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return tryLock(place);
    throw error;
  }
}

class SocketLock implements Lock {
  readonly #place: Place;
  #withdraw: (() => Promise<void>) | undefined;

  constructor(place: Place, withdraw: () => Promise<void>) {
    this.#place = place;
    this.#withdraw = withdraw;
  }

  async release(): Promise<void> {
    const withdraw = this.#withdraw;
    this.#withdraw = undefined;
    if (withdraw === undefined) return;
    await withdraw();
    this.#place.close();
  }
}

/** The process id of another one that is alive, if there is one. What the dead have left is removed. */
async function lookAround({ path }: Place, own: string): Promise<number | undefined> {
  for (const file of await readdir(path)) {
    const [, pid] = NAME.exec(file) ?? [];
    if (pid === undefined || file.endsWith(own)) continue;
    if (!(await isAlive(`${path}/${file}`))) await rm(`${path}/${file}`, { force: true });
    else if (file.startsWith(SHOWN)) return Number(pid);
  }
  return undefined;
}

async function listen(path: string): Promise<Server> {
  const length = Buffer.byteLength(path);
  if (length > LONGEST_PATH)
    throw new Error(`the path is ${length - LONGEST_PATH} bytes too long for a socket`);
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}).destroy());
    server.on('error', reject).listen(path, () => resolve(server.unref()));
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Anything else, as a socket of another user, is no proof of death.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT');
    });
  });
}
