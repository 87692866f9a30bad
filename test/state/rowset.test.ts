import fc from 'fast-check';
import t from 'tap';
import { RowSet } from '../../src/state/rowset.ts';

t.test('holds what a set of numbers holds, and gives the lowest first', async () => {
  const row = fc.oneof(fc.nat(100), fc.nat(5000), fc.constantFrom(31, 32, 63, 1023, 1024));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(row, fc.constant('take' as const))), async (steps) => {
      const set = RowSet.empty();
      const model = new Set<number>();
      for (const step of steps) {
        if (step === 'take') {
          const lowest = model.size === 0 ? undefined : Math.min(...model);
          if (set.take() !== lowest) throw new Error(`not ${lowest}`);
          model.delete(lowest!);
        } else {
          set.add(step);
          model.add(step);
        }
      }
      const missing = [...set.copy().missing(0, 6000)];
      const expected = Array.from({ length: 6000 }, (_, i) => i).filter((i) => !model.has(i));
      if (String(missing) !== String(expected)) throw new Error('missing');
      if (set.size !== model.size) throw new Error('size');
    }),
  );
});

t.test('a copy is a set of its own', async (t) => {
  const set = RowSet.empty();
  set.add(40);
  const copy = set.copy();
  set.add(3);
  t.equal(set.take(), 3);
  t.same([copy.has(3), copy.size, copy.take(), copy.take()], [false, 1, 40, undefined]);
  t.ok(set.has(40));
});
