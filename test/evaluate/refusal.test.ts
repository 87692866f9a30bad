import t from 'tap';
import { EvaluationError } from '../../src/evaluate/refusal.ts';

t.test('an error with a code', async (t) => {
  const error = new EvaluationError('EVALUATE_CSV', 'what is wrong');
  t.match(error, { code: 'EVALUATE_CSV', message: 'what is wrong' });
  t.ok(error instanceof Error);
});
