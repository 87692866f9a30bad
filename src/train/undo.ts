/**
 * A store that can go back to the last mark, however the process ended. What a write takes the place of is kept beside
 * it, by the same batch: so a training that is killed goes on from the state that it had at its mark, byte for byte.
 *
 * A mark is a batch of its own with the key MARK in it, whose first four bytes number it. What was kept for an older
 * mark is worth nothing, and is written over or cleared.
 */
import type { MaybePromise, Store } from '../store.ts';

/** The store's key of the mark: what a training says of itself. */
export const MARK = Buffer.from('h');
/** Begins the keys of what was there before. */
const KEPT = Buffer.from('u');
/** Keys that are read, put or deleted together. */
const BATCH = 500;
/** Bytes before what was there: the mark's number, and whether something was. */
const HEAD = 5;

export class Undo implements Store {
  readonly #store: Store;
  #mark: number;

  private constructor(store: Store, mark: number) {
    this.#store = store;
    this.#mark = mark;
  }

  /** @param store without a mark or, after `rollBack`, as it was marked last; closed with this one */
  static async over(store: Store): Promise<Undo> {
    return new Undo(store, numberOf(await one(store, MARK)));
  }

  get capabilities(): Store['capabilities'] {
    return this.#store.capabilities;
  }

  getMany(
    keys: readonly Uint8Array[],
    take: (index: number, value: Uint8Array | undefined) => void,
  ): MaybePromise<void> {
    return this.#store.getMany(keys, take);
  }

  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): MaybePromise<Uint8Array[]> {
    return this.#store.keys(prefix, after, limit);
  }

  async putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): Promise<void> {
    const at = keys.findIndex((key) => MARK.equals(key));
    if (at >= 0) {
      await this.#store.putMany(keys, values);
      this.#mark = numberOf(values[at]);
      return;
    }
    const kept = await this.#kept(keys);
    await this.#store.putMany([...kept.keys, ...keys], [...kept.values, ...values]);
  }

  async delete(keys: readonly Uint8Array[]): Promise<void> {
    const kept = await this.#kept(keys);
    await this.#store.putMany(kept.keys, kept.values);
    await this.#store.delete(keys);
  }

  /** Frees what is kept. Right after a mark nothing is lost by it. */
  async clear(): Promise<void> {
    for (;;) {
      const keys = await this.#store.keys(KEPT, undefined, BATCH);
      if (keys.length === 0) return;
      await this.#store.delete(keys);
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** What is to be kept of these keys, as entries of its own: what no write since the mark has kept already. */
  async #kept(keys: readonly Uint8Array[]): Promise<{ keys: Buffer[]; values: Buffer[] }> {
    const names = keys.map((key) => Buffer.concat([KEPT, key]));
    const missing: number[] = [];
    await this.#store.getMany(names, (index, value) => {
      if (numberOf(value) !== this.#mark || value === undefined) missing.push(index);
    });
    const values: Buffer[] = [];
    await this.#store.getMany(
      missing.map((index) => keys[index]!),
      (_, value) => void values.push(entry(this.#mark, value)),
    );
    return { keys: missing.map((index) => names[index]!), values };
  }
}

/** Puts back what was there at the last mark. Interrupted, it can be done again, as long as nothing else is written. */
export async function rollBack(store: Store): Promise<void> {
  const mark = numberOf(await one(store, MARK));
  for (let after: Uint8Array | undefined; ; ) {
    const names: Uint8Array[] = await store.keys(KEPT, after, BATCH);
    after = names.at(-1);
    if (after === undefined) return;
    const back: [key: Uint8Array, value: Buffer][] = [];
    const gone: Uint8Array[] = [];
    await store.getMany(names, (index, value) => {
      if (value === undefined || numberOf(value) !== mark) return;
      const key = names[index]!.subarray(KEPT.length);
      if (value[HEAD - 1] === 1) back.push([key, Buffer.from(value.subarray(HEAD))]);
      else gone.push(key);
    });
    if (back.length > 0)
      await store.putMany(
        back.map(([key]) => key),
        back.map(([, value]) => value),
      );
    if (gone.length > 0) await store.delete(gone);
  }
}

/** A copy of the value of this key. */
export async function one(store: Pick<Store, 'getMany'>, key: Uint8Array): Promise<Buffer | undefined> {
  let found: Buffer | undefined;
  await store.getMany([key], (_, value) => {
    found = value && Buffer.from(value);
  });
  return found;
}

function entry(mark: number, value: Uint8Array | undefined): Buffer {
  const bytes = Buffer.alloc(HEAD + (value?.length ?? 0));
  bytes.writeUInt32LE(mark, 0);
  bytes[HEAD - 1] = value === undefined ? 0 : 1;
  if (value !== undefined) bytes.set(value, HEAD);
  return bytes;
}

/** 0 where there is none. */
function numberOf(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}
