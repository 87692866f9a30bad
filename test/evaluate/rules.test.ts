import t from 'tap';
import { detections, OFFERED, RULES } from '../../src/evaluate/rules.ts';

const rows = (length: number, strange: Record<number, number>) => {
  const stream = new Float64Array(length);
  for (const [row, score] of Object.entries(strange)) stream[Number(row)] = score;
  return stream;
};

t.test('raw: every row that reaches the threshold', async (t) => {
  t.same(detections('raw', Float64Array.of(0, 2, 3, 1, 2), 2), [1, 2, 4]);
});

t.test('quiet: a hundred rows after a detection are silent', async (t) => {
  const stream = rows(500, { 0: 5, 50: 5, 100: 5, 101: 5, 201: 5, 203: 5, 400: 4 });
  t.same(detections('quiet', stream, 5), [0, 101, 203], 'what is silenced does not prolong it');
  t.same(detections('quiet', stream, 4), [0, 101, 203, 400]);
});

t.test('hysteresis: armed again below half the threshold', async (t) => {
  t.same(detections('hysteresis', Float64Array.of(4, 4, 3, 2, 4, 1.9, 4, 4), 4), [0, 6]);
  t.same(detections('hysteresis', Float64Array.of(0, 4, 0, 4), 4), [1, 3]);
  t.same(detections('hysteresis', Float64Array.of(4, 4), 4), [0], 'armed from the start');
});

t.test('at Infinity nothing is detected', async (t) => {
  for (const rule of RULES)
    t.same(detections(rule, Float64Array.of(1, 1e308), Number.POSITIVE_INFINITY), [], rule);
});

t.test('two of the rules are offered', async (t) => {
  t.same(OFFERED, ['quiet', 'hysteresis']);
});
