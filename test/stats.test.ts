import t from 'tap';
import { createCounts } from '../src/stats.ts';

t.test('counting starts at zero', async (t) => {
  t.ok(Object.values(createCounts()).every((count) => count === 0));
  t.not(createCounts(), createCounts());
});
