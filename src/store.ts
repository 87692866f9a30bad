/**
 * The interface of a store: where state goes that has no room in memory, and what survives a restart. Types
 * only. To a store keys and values are bytes; what they mean is docs/state.md's to say.
 */

/** What a store can and cannot do; its users ask here and never by name. */
export interface StoreCapabilities {
  /** Survives the process. */
  readonly durable: boolean;
  /** Reads (`getMany`, `keys`) answer at once, never by a promise. */
  readonly synchronous: boolean;
}

export type MaybePromise<T> = T | Promise<T>;

/** Keys are 1 to 1,100 bytes, values 1 byte to 16 MiB; about 4 KiB is usual. One caller, one process. */
export interface Store {
  readonly capabilities: StoreCapabilities;
  /** What its opening found and put right, a sentence each: for the log. */
  readonly warnings?: readonly string[];
  /**
   * Calls `take` once for each key, in their order, with its value or undefined where there is none. The value is
   * the store's and valid until `take` returns. Throws or rejects when the store cannot be read.
   */
  getMany(
    keys: readonly Uint8Array[],
    take: (index: number, value: Uint8Array | undefined) => void,
  ): MaybePromise<void>;
  /**
   * All of them or none, also through a crash. Resolves when they can be read back and would survive the end of the
   * process; keys and values are the caller's again then, and not before. Fastest with ascending keys.
   */
  putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): MaybePromise<void>;
  /** All of them or none. A key that is not there is no error. */
  delete(keys: readonly Uint8Array[]): MaybePromise<void>;
  /** Up to `limit` keys that begin with `prefix`, ascending, those after `after` where it is given. */
  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): MaybePromise<Uint8Array[]>;
  /** Waits for what is being written. No call may follow. */
  close(): MaybePromise<void>;
}

export interface StoreOptions {
  /** An existing directory that is the store's alone. */
  readonly path: string;
  /** A write resolves only when it would survive a power cut. */
  readonly sync: boolean;
  /** Another process may be writing. */
  readonly readOnly: boolean;
}

/** What a plugin's module exports as `default`. */
export interface StorePlugin {
  /** As in `store = "NAME"`; the plugin's folder has the same name. */
  readonly name: string;
  /** Throws or rejects with what is wrong and what to do about it. */
  open(options: StoreOptions): MaybePromise<Store>;
}
