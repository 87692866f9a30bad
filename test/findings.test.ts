import t from 'tap';
import { Findings } from '../src/findings.ts';
import { OK, WARNING } from '../src/judge.ts';

t.test('findings belong to their point, until the next batch', async (t) => {
  const findings = new Findings();
  findings.reset(3);
  const a = { value: 0, watch: 0, score: 1, surprise: 3, threshold: 1, verdict: WARNING } as const;
  const b = { value: 5, watch: 1, score: 2, surprise: 3, threshold: 3, verdict: OK } as const;
  findings.add(2, a);
  findings.add(0, a);
  findings.add(2, b);
  t.same([findings.of(0), findings.of(1), findings.of(2)], [[a], [], [a, b]]);
  t.same([0, 1, 2].map((point) => findings.has(point)), [true, false, true]); // biome-ignore format: short
  findings.reset(3);
  t.same([findings.count, findings.of(0), findings.of(2)], [0, [], []]);
  findings.reset(1000);
  t.equal(findings.has(999), false);
});
