/**
 * Work that may have to wait for the store, written once for stores that answer at once and for those that
 * answer by a promise: a generator that yields the promises, so that nobody waits where there is no need to.
 */
import type { MaybePromise } from './store.ts';

export type Waiting<T> = Generator<Promise<unknown>, T, unknown>;

/** `yield* wait(answer)`: the answer itself, when it is there. */
export function* wait<T>(answer: MaybePromise<T>): Waiting<T> {
  return answer instanceof Promise ? ((yield answer) as T) : answer;
}

/** Goes through the steps: answers at once unless one of them waits. What is thrown is thrown, or rejects. */
export function finish<T>(steps: Waiting<T>): MaybePromise<T> {
  const step = ({ done, value }: IteratorResult<Promise<unknown>, T>): MaybePromise<T> =>
    done
      ? value
      : value.then(
          (answer) => step(steps.next(answer)),
          (error: unknown) => step(steps.throw(error)),
        );
  return step(steps.next());
}
