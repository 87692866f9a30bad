import t from 'tap';
import { Recording } from '../../src/report/recording.ts';
import { thinned } from '../../src/report/thin.ts';

function recording(count: number): Recording {
  const made = new Recording('m', 'v', 'zscore', 'v');
  for (let i = 0; i < count; i++) {
    const value = i === 777 ? 100 : i === 888 ? -100 : i % 10;
    made.add({
      time: i,
      value,
      band: undefined,
      strangeness: i === 555 ? 3 : 0,
      level: i >= 200 && i < 300 ? 1 : 0,
    });
  }
  return made;
}

t.test('all, where there is room', async (t) => {
  t.strictSame([...thinned(recording(5), 1)], [0, 1, 2, 3, 4]);
  t.equal(thinned(recording(0), 0.1).length, 0);
});

t.test('extremes and alarms stay, in order, and the rest is about the share', async (t) => {
  const kept = [...thinned(recording(10_000), 0.1)];
  t.strictSame(
    kept,
    [...new Set(kept)].sort((a, b) => a - b),
  );
  for (const at of [0, 555, 777, 888, 9999]) t.ok(kept.includes(at), String(at));
  for (let at = 200; at < 300; at++) t.ok(kept.includes(at), `flagged ${at}`);
  t.ok(kept.length > 500 && kept.length < 1200, `${kept.length} kept`);
});
