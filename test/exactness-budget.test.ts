/** No verdict depends on the memory, where the judge remembers beside the detector, and so do open alarms. */
import t from 'tap';
import { rememberingStore, sameAtAnyMemory, zscoreConfig } from './support/exactness.ts';

t.test('5,000 series in turn, each with three rows, room for 1,000', { timeout: 900_000 }, async (t) => {
  const config = zscoreConfig({ threshold: undefined, max_false_alarms: '2/day', annotate: 'events' });
  const options = { tagSets: 5000, rounds: 40, step: 3600 };
  await sameAtAnyMemory(t, options, 136 << 10, rememberingStore(), config);
});
