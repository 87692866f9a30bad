/** No verdict depends on the memory, series by Zipf's law: some always hot, most hardly ever. */
import t from 'tap';
import { rememberingStore, sameAtAnyMemory } from './support/exactness.ts';
import { zipf } from './support/stream.ts';

t.test('100,000 series by Zipf’s law, room for 1,000 rows', { timeout: 900_000 }, async (t) => {
  const options = { tagSets: 100_000, rounds: 30, order: zipf(100_000) };
  await sameAtAnyMemory(t, options, 112 << 10, rememberingStore());
});
