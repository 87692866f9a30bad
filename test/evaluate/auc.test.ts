import fc from 'fast-check';
import t from 'tap';
import { averagePrecision } from '../../src/evaluate/auc.ts';

const ap = (strangeness: number[], labels: number[]) =>
  averagePrecision(Float64Array.from(strangeness), Uint8Array.from(labels));

t.test('worked by hand', async (t) => {
  t.equal(ap([4, 3, 2, 1], [1, 1, 0, 0]), 1, 'a perfect order');
  t.equal(ap([4, 3, 2, 1], [0, 0, 1, 1]), (1 / 3 + 2 / 4) / 2, 'the worst');
  t.equal(ap([4, 3, 2, 1], [1, 0, 1, 0]), (1 + 2 / 3) / 2);
  t.equal(ap([1, 1, 1, 1], [1, 0, 0, 0]), 1 / 4, 'no order at all: the share of labelled rows');
  t.equal(ap([2, 1, 1], [0, 1, 0]), 1 / 3, 'equals are taken together');
  t.ok(Number.isNaN(ap([1, 2], [0, 0])), 'without labels');
});

t.test('the mean precision at the labelled rows, by definition', async () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 }));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 50 }), (rows) => {
      const labelled = rows.filter(([, label]) => label === 1);
      fc.pre(labelled.length > 0);
      const precisions = labelled.map(([threshold]) => {
        const reached = rows.filter(([score]) => score >= threshold);
        return reached.filter(([, label]) => label === 1).length / reached.length;
      });
      const wanted = precisions.reduce((a, b) => a + b, 0) / labelled.length;
      const found = ap(
        rows.map(([score]) => score),
        rows.map(([, label]) => label),
      );
      return Math.abs(found - wanted) < 1e-12;
    }),
  );
});
