/** What is on its way to a store, as a store: each write is staged, and waited for. */
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { Cold } from '../../src/state/cold.ts';
import type { Store } from '../../src/store.ts';
import { testLog } from './road.ts';

export class Behind implements Store {
  readonly #store: Store;
  readonly #cold: Cold;

  constructor(store: Store) {
    this.#store = store;
    this.#cold = new Cold(store, testLog());
  }

  get capabilities(): Store['capabilities'] {
    return this.#cold.capabilities;
  }

  get warnings(): readonly string[] {
    return this.#store.warnings ?? [];
  }

  getMany(keys: readonly Uint8Array[], take: (index: number, value: Uint8Array | undefined) => void) {
    return this.#cold.getMany(keys, take);
  }

  async putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): Promise<void> {
    for (const [i, key] of keys.entries()) this.#cold.put(Buffer.from(key), Buffer.from(values[i]!));
    await this.#drain();
  }

  async delete(keys: readonly Uint8Array[]): Promise<void> {
    for (const key of keys) this.#cold.delete(Buffer.from(key));
    await this.#drain();
  }

  async keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): Promise<Uint8Array[]> {
    await this.#drain();
    return this.#store.keys(prefix, after, limit);
  }

  async close(): Promise<void> {
    await this.#drain();
    await this.#store.close();
  }

  async #drain(): Promise<void> {
    while (this.#cold.staged > 0) {
      await this.#cold.flush();
      if (this.#cold.failing) throw new Error('the store fails');
    }
  }
}

/** For the process that is killed. */
export default async (path: string) => new Behind(await lmdb.open({ path, sync: false, readOnly: false }));
