/** No verdict depends on the memory, series in turn: the worst that can happen to a cache. */
import t from 'tap';
import { rememberingStore, sameAtAnyMemory } from './support/exactness.ts';

t.test('100,000 series in turn, room for 1,000 rows', { timeout: 900_000 }, async (t) => {
  await sameAtAnyMemory(t, { tagSets: 100_000, rounds: 30 }, 136 << 10, rememberingStore());
});
