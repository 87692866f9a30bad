/** A file of LMDB's: a B+tree that a crash leaves whole, read through a memory map. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import type { Store, StoreOptions, StorePlugin } from '../../../src/store.ts';
import { damageOf } from './check.ts';
import { asStoreError, failureOf, StoreError } from './error.ts';

const LONGEST_KEY = 1100;
const LARGEST_VALUE = 16 << 20;
/**
 * Bytes that a put leaves free on the disk. LMDB takes a write that fails well, but prints a line of its own on
 * stderr, and opening a file on a full disk ends the process by a signal.
 */
const SPARE = 1 << 20;
/** What a put may write at most, as a multiple of its values, by experience: whole pages, and the tree above. */
const SPREAD = 2;
const PAGE = 4096;
/**
 * The lock file's readers are us, and whoever looks at the state meanwhile. So few have room in the one page that
 * `reserveLock` writes.
 */
const MOST_READERS = 32;
/** A reader that another process writes under may see half of a change: it looks again. */
const LOOKS = 5;

type Take = (index: number, value: Uint8Array | undefined) => void;

class LmdbStore implements Store {
  readonly capabilities = { durable: true, synchronous: true };
  readonly warnings: readonly string[];
  readonly #db: RootDatabase<Uint8Array, Uint8Array>;
  readonly #options: StoreOptions;
  /** The library's number of the last commit that failed. */
  #status = 0;
  /** Settles when everything has been written. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(db: RootDatabase<Uint8Array, Uint8Array>, options: StoreOptions, warnings: readonly string[]) {
    this.#db = db;
    this.#options = options;
    this.warnings = warnings;
    this.#hearFailures();
  }

  getMany(keys: readonly Uint8Array[], take: Take): void {
    for (let index = 0; index < keys.length; index++) {
      const value = this.#read(() => this.#db.getBinaryFast(keys[index]!));
      // The library hands out one buffer of its own again and again, longer than its `length` says.
      take(index, value && new Uint8Array(value.buffer, value.byteOffset, value.length));
    }
  }

  async putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): Promise<void> {
    let bytes = 0;
    // All before the first is handed over, for the library keeps those before one that it refuses.
    for (let index = 0; index < keys.length; index++) {
      checkLength('key', keys[index]!.length, LONGEST_KEY);
      checkLength('value', values[index]!.length, LARGEST_VALUE);
      bytes += SPREAD * values[index]!.length;
    }
    if (keys.length > 0) requireSpace(this.#options.path, SPARE + bytes);
    await this.#write(keys, (index) => void this.#db.put(keys[index]!, values[index]!));
  }

  async delete(keys: readonly Uint8Array[]): Promise<void> {
    for (const key of keys) checkLength('key', key.length, LONGEST_KEY);
    await this.#write(keys, (index) => void this.#db.remove(keys[index]!));
  }

  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): Uint8Array[] {
    const inside = after !== undefined && Buffer.compare(after, prefix) >= 0;
    const start = inside ? after : prefix;
    const found: Uint8Array[] = [];
    if (limit < 1) return found;
    // An empty start would not be the start of all.
    const range = start.length === 0 ? {} : { start };
    this.#read(() => {
      for (const key of this.#db.getKeys(range)) {
        if (inside && Buffer.compare(key, after) === 0) continue;
        if (Buffer.compare(key.subarray(0, prefix.length), prefix) !== 0) break;
        if (found.push(Buffer.from(key)) === limit) break;
      }
    });
    return found;
  }

  async close(): Promise<void> {
    await this.#written;
    await this.#db.close();
  }

  #read<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw asStoreError(error, 'the state cannot be read');
    }
  }

  /** One transaction: a batch is committed whole, with others that are waiting or alone. */
  async #write(keys: readonly Uint8Array[], change: (index: number) => void): Promise<void> {
    if (this.#options.readOnly)
      throw new StoreError('STORE_READ_ONLY', 'the store was opened for reading only');
    if (keys.length === 0) return;
    const written = this.#db.batch(() => {
      for (let index = 0; index < keys.length; index++) change(index);
    });
    this.#written = Promise.allSettled([this.#written, written]);
    await written.catch(() => {
      throw failureOf(this.#status, this.#options.path, freeBytes(this.#options.path) < SPARE);
    });
  }

  /**
   * Takes the place of the library's own end of a failed commit, which prints the error on the console and
   * rejects a promise that nobody can reach. 1 is its word for "progress": the writes are rejected, quietly.
   */
  #hearFailures(): void {
    type Done = (status: number) => unknown;
    const { env } = this.#db as unknown as { env: { startWriting(address: number, done: Done): void } };
    const start = env.startWriting;
    const value = (address: number, done: Done): void =>
      start.call(env, address, (status) => {
        if (status >= 0 && status <= 2) return done(status);
        this.#status = status;
        return done(1);
      });
    Object.defineProperty(env, 'startWriting', { value });
  }
}

function checkLength(what: string, length: number, most: number): void {
  if (length < 1 || length > most) {
    throw new StoreError('STORE_INVALID', `a ${what} has ${length} bytes; 1 to ${most} can be stored`);
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

function requireSpace(path: string, bytes: number): void {
  if (freeBytes(path) < bytes) throw failureOf(0, path, true);
}

/**
 * Gives the lock file its bytes: LMDB only maps it, and to touch a map that the disk has no room for is fatal. So is one
 * that it may not write, as another user's: that is replaced by one of our own.
 */
function reserveLock(file: string): void {
  if (!isUsable(file)) rmSync(file, { force: true });
  if (!existsSync(file)) writeFileSync(file, Buffer.alloc(PAGE));
}

function isUsable(file: string): boolean {
  try {
    const opened = openSync(file, 'r+');
    const { size } = fstatSync(opened);
    closeSync(opened);
    return size >= PAGE;
  } catch {
    return false;
  }
}

function requireFile(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT')
      throw new StoreError('STORE_FAILED', `${message}: be the user of the state, or root`);
    throw new StoreError('STORE_NOT_FOUND', `there is no ${file}: nothing has been saved there yet`);
  }
}

/** Moves a file aside that could end the process, and says so; refuses it when it must not be touched. */
function setAside(file: string, readOnly: boolean): string[] {
  if (!existsSync(file) || statSync(file).size === 0) return [];
  let damage = damageOf(file);
  for (let look = 1; readOnly && damage !== undefined && look < LOOKS; look++) damage = damageOf(file);
  if (damage === undefined) return [];
  if (readOnly) throw new StoreError('STORE_DAMAGED', `${file} is damaged: ${damage}`);
  const aside = `${file}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  renameSync(file, aside);
  return [`${file} is damaged: ${damage}. It is now ${aside}, and everything is learned anew`];
}

async function importLibrary(): Promise<typeof import('lmdb')> {
  try {
    return await import('lmdb');
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    throw new StoreError(
      'STORE_MISSING',
      `the package lmdb cannot be loaded (${reason}): run "npm install lmdb", or set store = "memory"`,
    );
  }
}

async function open(options: StoreOptions): Promise<Store> {
  const { path, sync, readOnly } = options;
  const { open: openFile } = await importLibrary();
  const file = join(path, 'state.mdb');
  try {
    if (readOnly) requireFile(file);
    if (!readOnly) {
      requireSpace(path, SPARE);
      reserveLock(`${file}-lock`);
    }
    const warnings = setAside(file, readOnly);
    const db = openFile<Uint8Array, Uint8Array>({
      path: file,
      noSubdir: true,
      keyEncoding: 'binary',
      encoding: 'binary',
      noSync: !sync,
      // Else a write resolves before it is on the disk, and the newest ones are given up after a crash.
      overlappingSync: false,
      // Else every event turn is a batch whose rejection nobody handles.
      eventTurnBatching: false,
      maxReaders: MOST_READERS,
      readOnly,
    });
    return new LmdbStore(db, options, warnings);
  } catch (error) {
    throw asStoreError(error, `${file} cannot be opened`);
  }
}

const lmdb: StorePlugin = { name: 'lmdb', open };
export default lmdb;
