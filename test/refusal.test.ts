import t from 'tap';
import { Refusal } from '../src/refusal.ts';

t.test('an error with a code', async (t) => {
  const refusal = new Refusal('STATE_EMPTY', 'what is wrong');
  t.match(refusal, { code: 'STATE_EMPTY', message: 'what is wrong' });
  t.ok(refusal instanceof Error);
});
