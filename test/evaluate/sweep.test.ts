import fc from 'fast-check';
import t from 'tap';
import { detections, RULES } from '../../src/evaluate/rules.ts';
import { descending, SWEEPS } from '../../src/evaluate/sweep.ts';
import { scores } from '../support/arbitrary-scores.ts';

for (const rule of RULES) {
  t.test(`${rule}: the sweep has at every threshold what the rule detects there`, async (t) => {
    let thresholds = 0;
    fc.assert(
      fc.property(scores, (stream) => {
        const detected = new Set<number>();
        let last = Number.POSITIVE_INFINITY;
        let before: number[] = [];
        const change = (row: number, known: boolean) => {
          if (detected.has(row) !== known) throw new Error(`row ${row} comes or goes twice`);
        };
        const take = {
          add: (row: number) => {
            change(row, false);
            detected.add(row);
          },
          remove: (row: number) => {
            change(row, true);
            detected.delete(row);
          },
        };
        SWEEPS[rule](stream, take, (threshold) => {
          thresholds++;
          if (!(threshold > 0 && threshold < last)) throw new Error(`${threshold} after ${last}`);
          const wanted = detections(rule, stream, threshold);
          // Between two thresholds of the sweep nothing changes.
          const middle = (threshold + last) / 2;
          if (middle > threshold && middle < last) {
            const between = detections(rule, stream, middle);
            if (between.join() !== before.join()) throw new Error(`something changes above ${threshold}`);
          }
          const found = [...detected].sort((a, b) => a - b);
          if (found.join() !== wanted.join()) throw new Error(`at ${threshold}: ${found}, not ${wanted}`);
          before = found;
          last = threshold;
        });
        return true;
      }),
      { numRuns: 300 },
    );
    t.ok(thresholds > 1000, `${thresholds} thresholds`);
  });
}

t.test('the largest first, equals in their order', async (t) => {
  t.same([...descending(Float64Array.of(1, 3, 2, 3), Uint32Array.of(0, 1, 2, 3))], [1, 3, 2, 0]);
});
