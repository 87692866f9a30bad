import t from 'tap';
import { splitsOf } from '../../src/evaluate/crossvalidate.ts';
import { Ground } from '../../src/evaluate/ground.ts';
import { judgeRow, rowsOf } from '../../src/evaluate/row.ts';
import { RULES } from '../../src/evaluate/rules.ts';
import { labelled, stream } from '../support/ground.ts';

const ground = new Ground([labelled('a'), labelled('b')]);
const named = { detector: 'mine', stored: false };

t.test('a row for each rule', async (t) => {
  // At 5 both windows are found, and a false alarm that the quiet time hides.
  const strangeness = [stream({ 20: 5, 35: 5 }), stream({ 20: 5 })];
  const rows = rowsOf(named, ground, strangeness, RULES, []);
  t.same(
    rows.map(({ rule }) => rule),
    ['raw', 'quiet', 'hysteresis'],
  );
  const [raw, quiet, hysteresis] = rows;
  t.match(quiet, { ...named, threshold: 5, windows_found: 2, false_alarms: 0, delay_seconds: 0 });
  t.ok(Math.abs(quiet!.standard - 100) < 1e-9);
  for (const row of [raw!, hysteresis!]) {
    t.match(row, { windows_found: 2, false_alarms: 1, threshold: 5 }, row.rule);
    t.ok(row.low_fp < row.standard && row.standard < row.low_fn && row.low_fn < 100, row.rule);
  }
  t.equal(new Set(rows.map(({ auc_pr }) => auc_pr)).size, 1, 'the ranking has no rule');
  t.equal(raw!.threshold_cross_validated, undefined);
});

t.test('each profile has its own threshold; the figures are those of the standard one', async (t) => {
  // The second window costs 12 false alarms: too many where they cost double.
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [7 + i, 2]));
  const [raw] = rowsOf(named, ground, [stream({ 20: 5 }), stream({ ...many, 20: 2 })], ['raw'], []);
  t.match(raw, { threshold: 2, windows_found: 2, false_alarms: 12 });
  t.ok(Math.abs(raw!.low_fp - 50) < 1e-9, 'with the higher threshold');
});

t.test('with splits the threshold is chosen on the other half as well', async (t) => {
  const strangeness = [stream({ 20: 5 }), stream({ 20: 4 })];
  const [raw] = rowsOf(named, ground, strangeness, ['raw'], splitsOf(2, 3, 1));
  t.ok(Math.abs(raw!.standard - 100) < 1e-9);
  t.match(raw!.threshold_cross_validated, { mean: 50, deviation: 0, splits: [50, 50, 50] });
});

t.test('the alarms of the judge', async (t) => {
  const scored = [
    { strangeness: stream({ 20: 5, 10: 9 }), alarms: [10, 20] },
    { strangeness: stream({}), alarms: [] },
  ];
  const row = judgeRow(named, ground, scored);
  t.match(row, { rule: 'judge', windows_found: 1, false_alarms: 1, threshold: Number.NaN });
  t.ok(Math.abs(row.standard - (100 * (2 - 0.11)) / 4) < 1e-9);
  t.ok(row.auc_pr > 0.29 && row.auc_pr < 0.4, `${row.auc_pr}`);
});
