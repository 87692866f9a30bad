import t from 'tap';
import { Memory } from '../../src/math/memory.ts';

/** The weights after values at these times. */
function weights(memory: Memory, times: readonly number[]): number[] {
  const row = new Float64Array(1 + memory.width);
  return times.map((time) => memory.step(row, 1, time));
}

t.test('by points: the number of values, up to so many', async (t) => {
  const memory = new Memory(3, undefined, 2);
  t.equal(memory.width, 1);
  t.same(weights(memory, [0, 9, 1, 5, 5]), [1, 2, 3, 3, 3]);
});

t.test('by time: all values, weighed by their age', async (t) => {
  const memory = new Memory(1000, 100, 4);
  t.equal(memory.width, 2);
  const times = [1e9, 1e9 + 5, 1e9 + 20, 1e9 + 21, 1e9 + 28, 1e9 + 28, 1e9 + 50];
  const found = weights(memory, times);
  t.same(found.slice(0, 4), [1, 2, 3, 4], 'none is forgotten in the warm-up');
  const wanted = [
    4 * Math.exp(-0.07) + 1,
    4 * Math.exp(-0.07) + 2,
    (4 * Math.exp(-0.07) + 2) * Math.exp(-0.22) + 1,
  ];
  t.same(
    found.slice(4).map((weight) => weight.toFixed(9)),
    wanted.map((weight) => weight.toFixed(9)),
  );
});

t.test(
  'a step never forgets more than one of `warmup` values would, and time that runs back nothing',
  async (t) => {
    const memory = new Memory(1000, 1, 4);
    const times = [0, 1, 2, 3, 1e6, 2e6, 3e6];
    t.same(weights(memory, times), [1, 2, 3, 4, 4, 4, 4]);
    t.same(weights(memory, [0, 0, 0, 0, -5, -10]), [1, 2, 3, 4, 5, 6]);
  },
);

t.test('the warm-up is over once and for all', async (t) => {
  // A weight that is rounded down would fall below warmup.
  const again: number[] = [];
  for (let warmup = 2; warmup < 300; warmup++) {
    const times = Array.from({ length: 2 * warmup + 50 }, (_, i) => i * 1e6);
    if (
      weights(new Memory(1000, 1, warmup), times)
        .slice(warmup)
        .some((weight) => weight < warmup)
    )
      again.push(warmup);
  }
  t.same(again, []);
});
