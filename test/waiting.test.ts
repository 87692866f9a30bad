import t from 'tap';
import type { MaybePromise } from '../src/store.ts';
import { finish, type Waiting, wait } from '../src/waiting.ts';

function* sum(...answers: MaybePromise<number>[]): Waiting<number> {
  let total = 0;
  for (const answer of answers) total += yield* wait(answer);
  return total;
}

t.test('answers at once where nobody waits', async (t) => {
  t.equal(finish(sum()), 0);
  t.equal(finish(sum(1, 2, 3)), 6);
});

t.test('answers by a promise where somebody does, in order', async (t) => {
  const answer = finish(sum(1, Promise.resolve(2), 3, Promise.resolve(4)));
  t.ok(answer instanceof Promise);
  t.equal(await answer, 10);
});

t.test('goes on no sooner than the answer is there', async (t) => {
  const told: string[] = [];
  let give: (value: number) => void = () => {};
  const answer = finish(
    (function* (): Waiting<void> {
      told.push('before');
      told.push(`got ${yield* wait(new Promise<number>((resolve) => (give = resolve)))}`);
    })(),
  );
  await null;
  t.strictSame(told, ['before']);
  give(7);
  await answer;
  t.strictSame(told, ['before', 'got 7']);
});

t.test('what is thrown is thrown, or rejects once somebody has waited', async (t) => {
  const failure = Object.assign(new Error('no'), { code: 'NO' });
  function* thrower(first: MaybePromise<number>): Waiting<number> {
    yield* wait(first);
    throw failure;
  }
  t.throws(() => finish(thrower(1)), { code: 'NO' });
  await t.rejects(finish(thrower(Promise.resolve(1))) as Promise<number>, { code: 'NO' });
});

t.test('a promise that rejects is thrown where it was waited for, and can be caught there', async (t) => {
  function* catcher(): Waiting<string> {
    try {
      yield* wait(Promise.reject(Object.assign(new Error('no'), { code: 'NO' })));
      return 'nothing';
    } catch (error) {
      return `${(error as { code: string }).code} ${yield* wait(Promise.resolve('and on'))}`;
    }
  }
  t.equal(await finish(catcher()), 'NO and on');
  await t.rejects(
    finish(sum(Promise.reject(Object.assign(new Error('no'), { code: 'NO' })))) as Promise<number>,
    {
      code: 'NO',
    },
  );
});
