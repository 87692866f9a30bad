/** No verdict depends on the memory, series in turn: the worst that can happen to a cache. */
import t from 'tap';
import memoryStore from '../plugins/stores/memory/memory.ts';
import type { Store } from '../src/store.ts';
import { sameAtAnyMemory } from './support/exactness.ts';

t.test('100,000 series in turn, room for 1,000 rows', { timeout: 110_000 }, async (t) => {
  const store = memoryStore.open({ path: '', sync: false, readOnly: false }) as Store;
  const open = async (): Promise<Store> => ({
    capabilities: store.capabilities,
    getMany: (keys, take) => store.getMany(keys, take),
    putMany: (keys, values) => store.putMany(keys, values),
    delete: (keys) => store.delete(keys),
    keys: (prefix, after, limit) => store.keys(prefix, after, limit),
    close: () => {},
  });
  await sameAtAnyMemory(t, { tagSets: 100_000, rounds: 30 }, open);
});
