/** A store in memory that answers late, fails, or keeps a diary, as a test wants it; it outlives its closing. */
import memory from '../../plugins/stores/memory/memory.ts';
import type { MaybePromise, Store } from '../../src/store.ts';

/** The shelf below, whatever becomes of the ways to it. */
export function shelf(): Store {
  return memory.open({ path: '', sync: false, readOnly: false }) as Store;
}

export interface ShakyOptions {
  /** Turns of the event loop before the nth call is carried out, and as many before it answers; none by default. */
  readonly delay?: (call: number) => number;
  /** Reads answer at once all the same. */
  readonly promptReads?: boolean;
}

export class Shaky implements Store {
  readonly capabilities = { durable: true, synchronous: true };
  readonly below: Store;
  /** What the next calls of this kind throw; undefined where they do not. */
  readFails: Error | undefined;
  writeFails: Error | undefined;
  deleteFails: Error | undefined;
  /** Told of every batch before it is written. */
  onPut: ((keys: readonly Uint8Array[], values: readonly Uint8Array[]) => void) | undefined;
  /** Told of every write, by its number, when it is done. */
  onWrite: ((write: number) => void) | undefined;
  /** Writes, deletes among them, that have been carried out; from this one on they fail. */
  writes = 0;
  failFrom = Number.POSITIVE_INFINITY;
  /** Batches that are being written, and the most that ever were. */
  writing = 0;
  mostWriting = 0;
  readonly #delay: ((call: number) => number) | undefined;
  readonly #readDelay: ((call: number) => number) | undefined;
  #calls = 0;

  constructor({ delay, promptReads = false }: ShakyOptions = {}, below = shelf()) {
    this.below = below;
    this.#delay = delay;
    this.#readDelay = promptReads ? undefined : delay;
    this.capabilities.synchronous = this.#readDelay === undefined;
  }

  getMany(
    keys: readonly Uint8Array[],
    take: (index: number, value: Uint8Array | undefined) => void,
  ): MaybePromise<void> {
    const found: (Uint8Array | undefined)[] = [];
    return this.#call(
      this.#readDelay,
      () => {
        if (this.readFails !== undefined) throw this.readFails;
        void this.below.getMany(keys, (index, value) => {
          found[index] = value && Uint8Array.from(value);
        });
      },
      () => {
        for (const index of keys.keys()) take(index, found[index]);
      },
    );
  }

  putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): MaybePromise<void> {
    return this.#write(() => {
      this.onPut?.(keys, values);
      if (this.writeFails !== undefined) throw this.writeFails;
      void this.below.putMany(keys, values);
    });
  }

  delete(keys: readonly Uint8Array[]): MaybePromise<void> {
    return this.#write(() => {
      if (this.deleteFails !== undefined) throw this.deleteFails;
      void this.below.delete(keys);
    });
  }

  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): MaybePromise<Uint8Array[]> {
    return this.below.keys(prefix, after, limit);
  }

  close(): void {}

  #write(work: () => void): MaybePromise<void> {
    this.writing++;
    this.mostWriting = Math.max(this.mostWriting, this.writing);
    return this.#call(
      this.#delay,
      () => {
        if (this.writes >= this.failFrom) throw new Error('the disk is gone');
        work();
        const write = this.writes++;
        this.onWrite?.(write);
      },
      () => {},
      () => {
        this.writing--;
      },
    );
  }

  #call(
    delay: ((call: number) => number) | undefined,
    work: () => void,
    answer: () => void,
    done = () => {},
  ): MaybePromise<void> {
    if (delay !== undefined) return this.#late(delay(this.#calls++), work, answer, done);
    try {
      work();
      answer();
    } finally {
      done();
    }
  }

  async #late(turns: number, work: () => void, answer: () => void, done: () => void): Promise<void> {
    try {
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      work();
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      answer();
    } finally {
      done();
    }
  }
}

/** Reads answer at once, and each write takes turns of the event loop, as LMDB's. */
export function lastingStore(): Shaky {
  return new Shaky({ delay: () => 1, promptReads: true });
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
