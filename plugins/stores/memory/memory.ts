/** Values in memory, for as long as the process lives. A map, and its keys in order once somebody lists them. */
import type { Store, StorePlugin } from '../../../src/store.ts';

/** Bytes as a map's key: one character a byte, so strings compare as the bytes do. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

class MemoryStore implements Store {
  readonly capabilities = { durable: false, synchronous: true };
  readonly #values = new Map<string, Uint8Array>();
  /** Ascending; undefined when a key has come or gone since. */
  #sorted: string[] | undefined;

  getMany(keys: readonly Uint8Array[], take: (index: number, value: Uint8Array | undefined) => void): void {
    for (let index = 0; index < keys.length; index++) take(index, this.#values.get(nameOf(keys[index]!)));
  }

  putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): void {
    const before = this.#values.size;
    for (let index = 0; index < keys.length; index++) {
      this.#values.set(nameOf(keys[index]!), Uint8Array.from(values[index]!));
    }
    if (this.#values.size !== before) this.#sorted = undefined;
  }

  delete(keys: readonly Uint8Array[]): void {
    for (const key of keys) if (this.#values.delete(nameOf(key))) this.#sorted = undefined;
  }

  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): Uint8Array[] {
    this.#sorted ??= [...this.#values.keys()].sort();
    const start = nameOf(prefix);
    const last = after === undefined ? undefined : nameOf(after);
    const found: Uint8Array[] = [];
    const from = last === undefined || last < start ? start : last;
    for (let at = firstFrom(this.#sorted, from); at < this.#sorted.length && found.length < limit; at++) {
      const name = this.#sorted[at]!;
      if (!name.startsWith(start)) break;
      if (name !== last) found.push(Buffer.from(name, 'latin1'));
    }
    return found;
  }

  close(): void {
    this.#values.clear();
    this.#sorted = undefined;
  }
}

/** The place of the first name that is not before `name`. */
function firstFrom(sorted: readonly string[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

const memory: StorePlugin = { name: 'memory', open: () => new MemoryStore() };
export default memory;
