import t from 'tap';
import type { Report } from '../../src/evaluate/evaluate.ts';
import type { Row } from '../../src/evaluate/row.ts';
import { tableOf } from '../../src/evaluate/table.ts';

const row: Row = {
  detector: 'mine',
  stored: false,
  rule: 'quiet',
  standard: 71.205,
  low_fp: -0.001,
  low_fn: 100,
  auc_pr: 0.1234,
  threshold: 0.5444498,
  windows_found: 48,
  false_alarms: 77,
  alarms_per_series_per_day: 0.15201,
  delay_seconds: 61_200,
  delay_share: 0.496,
  threshold_cross_validated: { mean: 67.734, deviation: 1.954, splits: [] },
};
const report: Report = {
  series: 31,
  windows: 57,
  days: 1228.7,
  splits: 20,
  seed: 1,
  found_on: {},
  rows: [row],
  full: [],
};
const lines = (changed: Partial<Report>) => tableOf({ ...report, ...changed }).split('\n');

t.test('a line a row, columns one below the other', async (t) => {
  const [summary, header, first] = lines({});
  t.equal(summary, '31 series, 57 labelled windows, 1229 days of series after probation');
  t.match(
    header,
    /^detector {2}rule {3}standard {2}low FP {2}low FN {2}AUC-PR {2}threshold {2}found {2}false {2}alarms\/day/,
  );
  t.match(
    first,
    /^mine {6}quiet +71\.2[01] +0\.00 +100\.00 +0\.123 +0\.5444 +48\/57 +77 +0\.152 +17h \(50 %\) +67\.73 ± 1\.95$/,
  );
  t.equal(
    header!.indexOf('low FP') + 'low FP'.length,
    first!.indexOf(' 0.00') + ' 0.00'.length,
    'numbers to the right',
  );
});

t.test('what there is not', async (t) => {
  const { threshold_cross_validated, ...bare } = row;
  const none = {
    ...bare,
    threshold: Number.POSITIVE_INFINITY,
    auc_pr: Number.NaN,
    delay_seconds: Number.NaN,
  };
  const [, header, first] = lines({ rows: [{ ...none, stored: true }] });
  t.notMatch(header, /half/);
  t.match(first, /^mine \(stored\) {2}quiet +71\.2[01] +0\.00 +100\.00 +- +- +48\/57 +77 +0\.152 +-$/);
  t.notMatch(tableOf({ ...report, rows: [bare] }), /splits/, 'nothing is said of cross-validation');
});

t.test('delays in the unit that fits', async (t) => {
  const delays: [seconds: number, text: string][] = [
    [0, '0s'],
    [59, '59s'],
    [60, '1m'],
    [90, '1.5m'],
    [7200, '2h'],
    [172_800, '2d'],
  ];
  for (const [delay_seconds, text] of delays)
    t.match(lines({ rows: [{ ...row, delay_seconds }] })[2], ` ${text} (50 %)`);
});

t.test('it says what flatters, and what the splits are', async (t) => {
  const text = tableOf(report);
  t.match(text, /with the labels in sight, which flatters/);
  t.match(text, /over 20 splits, seed 1/);
});

t.test('a detector that has seen the data before is marked in every row', async (t) => {
  const other = { ...row, detector: 'other' };
  const in_sight = { score: 56.62, rule: 'quiet', threshold: 3.8654, options: '' } as const;
  const full = [
    { detector: 'mine', settings: 64, in_sight, cross_validated: row.threshold_cross_validated! },
  ];
  const text = tableOf({ ...report, rows: [row, other], full, found_on: { mine: 'the data of last year' } });
  t.equal(text.match(/^mine \* +(quiet|64) /gm)?.length, 2);
  t.match(text, /^other {5}quiet /m);
  t.match(text, /\n\* .*found on the data of last year/);
  t.notMatch(tableOf(report), /found on the/);
});

t.test('options, rule and threshold chosen together', async (t) => {
  const in_sight = {
    score: 56.62,
    rule: 'quiet',
    threshold: 3.8654,
    options: 'memory_points = 100\nwarmup = 10',
  } as const;
  const cross_validated = { mean: 48.9, deviation: 5.1, splits: [] };
  const text = tableOf({
    ...report,
    full: [
      { detector: 'mine', settings: 64, in_sight, cross_validated },
      {
        detector: 'null',
        settings: 1,
        in_sight: { ...in_sight, threshold: Number.POSITIVE_INFINITY },
        cross_validated,
      },
    ],
  });
  t.match(
    text,
    /\nmine +64 +56\.62 +48\.90 ± 5\.10 {2}quiet, threshold = 3\.865, memory_points = 100, warmup = 10\n/,
  );
  t.match(text, /\nnull +1 .* {2}no detection at all\n$/);
});
