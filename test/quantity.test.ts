import t from 'tap';
import type { Step } from '../src/prepare.ts';
import { sentenceOf } from '../src/quantity.ts';

t.test('each step, alone and behind another', async (t) => {
  const said = (...steps: Step[]) => sentenceOf(steps, 'bytes', '5');
  t.equal(said(), 'bytes is 5');
  t.equal(said('difference'), 'bytes changes by 5');
  t.equal(said('non_negative_derivative'), 'bytes rises by 5 a second');
  t.equal(said('log'), 'the logarithm of bytes is 5');
  t.equal(said('non_negative_derivative', 'log'), 'the logarithm of the rise of bytes a second is 5');
  t.equal(said('log', 'difference'), 'the logarithm of bytes changes by 5');
  t.equal(said('difference', 'difference'), 'the change of bytes changes by 5');
});
