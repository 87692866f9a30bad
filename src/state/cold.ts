/**
 * What goes to the store, on its way: gathered, handed over in one batch after the other, readable meanwhile, and
 * kept until the store has it. A batch that fails is tried again with whatever has come since.
 */
import { Limited, type Log } from '../log.ts';
import type { MaybePromise, Store } from '../store.ts';

/** Seconds between two lines that say the same. */
const SAY_EVERY = 60;
/** Milliseconds after a failure before the next try. */
const TRY_AGAIN_AFTER = 1000;

/** Key as latin1 text → what the store shall have there; undefined where it shall have nothing. */
type Batch = Map<string, Buffer | undefined>;

export class Cold {
  /** Bytes that the store does not have yet. */
  staged = 0;
  /** Keys that were asked of the store. */
  reads = 0;
  /** Whether the last batch could not be written. */
  failing = false;

  readonly #store: Store;
  readonly #log: Log;
  readonly #failed: Limited;
  #waiting: Batch = new Map();
  #writing: Batch = new Map();
  #write: Promise<void> | undefined;
  #tryAt = 0;

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
    this.#failed = new Limited(log.error, SAY_EVERY);
  }

  get capabilities(): Store['capabilities'] {
    return this.#store.capabilities;
  }

  /** The buffers are the stage's from now on. */
  put(key: Buffer, value: Buffer): void {
    this.#stage(key.toString('latin1'), value);
  }

  delete(key: Buffer): void {
    this.#stage(key.toString('latin1'), undefined);
  }

  /** As a store's, with what is on its way. */
  getMany(
    keys: readonly Uint8Array[],
    take: (index: number, value: Uint8Array | undefined) => void,
  ): MaybePromise<void> {
    this.reads += keys.length;
    if (this.#waiting.size === 0 && this.#writing.size === 0) return this.#store.getMany(keys, take);
    // As it is now: a batch may be done between the store's reading and its answer.
    const staged = keys.map((key) => this.#find(key));
    return this.#store.getMany(keys, (index, value) => {
      const found = staged[index];
      take(index, found === undefined ? value : found.value);
    });
  }

  /** As a store's, without what is on its way. */
  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): MaybePromise<Uint8Array[]> {
    return this.#store.keys(prefix, after, limit);
  }

  /**
   * Hands over what is staged, once the batch before it is done. Answers undefined when there is nothing to do, else
   * when this batch is done, or has failed.
   */
  flush(): Promise<void> | undefined {
    if (this.#write !== undefined) return this.#write;
    if (this.#waiting.size === 0) return undefined;
    this.#writing = this.#waiting;
    this.#waiting = new Map();
    this.#write = this.#hand(this.#writing).finally(() => {
      this.#write = undefined;
    });
    return this.#write;
  }

  /** Whether a batch is being written, so that `flush` hands over nothing now. */
  get writing(): boolean {
    return this.#write !== undefined;
  }

  /** Whether a batch is being written, or one that failed is not to be tried again yet. */
  get busy(): boolean {
    return this.#write !== undefined || (this.failing && performance.now() < this.#tryAt);
  }

  /** Resolves when a batch that failed may be tried again. */
  recovered(): Promise<void> {
    // A timer counts whole milliseconds, and may end up to one early.
    const pause = Math.max(0, Math.ceil(this.#tryAt - performance.now()) + 1);
    return new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
  }

  #find(key: Uint8Array): { value: Buffer | undefined } | undefined {
    const name = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
    const batch = this.#waiting.has(name) ? this.#waiting : this.#writing;
    return batch.has(name) ? { value: batch.get(name) } : undefined;
  }

  #stage(name: string, value: Buffer | undefined): void {
    this.staged += cost(name, value);
    if (this.#waiting.has(name)) this.staged -= cost(name, this.#waiting.get(name));
    this.#waiting.set(name, value);
  }

  async #hand(batch: Batch): Promise<void> {
    const names = [...batch.keys()].sort();
    const keys = (list: string[]) => list.map((name) => Buffer.from(name, 'latin1'));
    const puts = names.filter((name) => batch.get(name) !== undefined);
    const deletes = names.filter((name) => batch.get(name) === undefined);
    try {
      // Not in one step: what is deleted has been replaced by then, and both may be repeated.
      if (puts.length > 0) {
        await this.#store.putMany(
          keys(puts),
          puts.map((name) => batch.get(name)!),
        );
      }
      if (deletes.length > 0) await this.#store.delete(keys(deletes));
      for (const [name, value] of batch) this.staged -= cost(name, value);
      if (this.failing) this.#log.info('the state is being saved again');
      this.failing = false;
    } catch (error) {
      for (const [name, value] of batch) {
        if (this.#waiting.has(name)) this.staged -= cost(name, value);
        else this.#waiting.set(name, value);
      }
      this.failing = true;
      this.#tryAt = performance.now() + TRY_AGAIN_AFTER;
      this.#failed.say(() => saveFailed(error));
    }
    this.#writing = new Map();
  }
}

function saveFailed(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `STATE_NOT_SAVED: ${code ?? ''} ${message ?? error}; points are still scored, what is learned is lost if the program ends before this is mended`;
}

/** Bytes that an entry takes, with its place in the map. */
function cost(name: string, value: Buffer | undefined): number {
  return 100 + 2 * name.length + (value?.length ?? 0);
}
