/** No verdict depends on the memory, where values are prepared: counters with resets, beside fields that are none. */
import t from 'tap';
import { rememberingStore, sameAtAnyMemory, zscoreConfig } from './support/exactness.ts';

const stream = { tagSets: 1500, rounds: 170, fields: 2, counter: true };

t.test('counters that are found out on the way', { timeout: 900_000 }, async (t) => {
  const config = zscoreConfig({ counter: 'auto' });
  const { counters } = await sameAtAnyMemory(t, stream, 96 << 10, rememberingStore(), config);
  t.match(counters.join(), 'takes f1 for a counter');
  t.match(counters.join(), /watches f1 of .* as it is again/);
  t.notMatch(counters.join(), 'f0');
});

t.test('steps in turn', { timeout: 900_000 }, async (t) => {
  const prepare = ['non_negative_derivative', 'difference'] as ['non_negative_derivative', 'difference'];
  const config = zscoreConfig({ prepare, annotate: 'events', threshold: 3 });
  await sameAtAnyMemory(t, stream, 112 << 10, rememberingStore(), config);
});
