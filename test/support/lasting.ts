/** A store in tests that outlives its users, and whose writes can fail. */
import { setImmediate } from 'node:timers/promises';
import memoryStore from '../../plugins/stores/memory/memory.ts';
import type { Store } from '../../src/store.ts';

export interface LastingStore extends Store {
  /** How many writes there have been. */
  writes: number;
  /** Writes from this one on fail. */
  failFrom: number;
  /** What happens right after a write. */
  onWrite: ((write: number) => void) | undefined;
}

/** Each write takes a turn of the event loop. */
export function lastingStore(): LastingStore {
  const store = memoryStore.open({ path: '', sync: false, readOnly: false }) as Store;
  const write = async (change: () => unknown) => {
    await setImmediate();
    if (lasting.writes >= lasting.failFrom) throw new Error('the disk is gone');
    change();
    lasting.onWrite?.(lasting.writes++);
  };
  const lasting: LastingStore = {
    writes: 0,
    failFrom: Number.POSITIVE_INFINITY,
    onWrite: undefined,
    capabilities: { durable: true, synchronous: true },
    getMany: (keys, take) => store.getMany(keys, take),
    keys: (prefix, after, limit) => store.keys(prefix, after, limit),
    putMany: (keys, values) => write(() => store.putMany(keys, values)),
    delete: (keys) => write(() => store.delete(keys)),
    close: () => {},
  };
  return lasting;
}
