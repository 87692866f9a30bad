/**
 * The interface of a store: where rows go that have no room in memory, and what survives a restart.
 * Types only. Row keys are (instance, series id), packed by state.ts; values are whole rows.
 */

/** What a store can and cannot do; its users ask here and never by name. */
export interface StoreCapabilities {
  /** Survives the process. */
  readonly durable: boolean;
  /** Every call answers at once, never by a promise. */
  readonly synchronous: boolean;
}

type MaybePromise<T> = T | Promise<T>;

export interface Store {
  readonly capabilities: StoreCapabilities;
  /** Values in the order of the keys, undefined where there is none. The buffers are the caller's to keep. */
  getMany(keys: readonly Uint8Array[]): MaybePromise<(Uint8Array | undefined)[]>;
  /** All of them or none. The store has copied keys and values when it returns. */
  putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): MaybePromise<void>;
  delete(keys: readonly Uint8Array[]): MaybePromise<void>;
  close(): MaybePromise<void>;
}
