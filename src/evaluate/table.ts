/** An evaluation for people to read. */
import type { CrossValidated } from './crossvalidate.ts';
import type { Report } from './evaluate.ts';
import type { Row } from './row.ts';
import type { Full } from './search.ts';

const IN_SIGHT =
  'Thresholds were chosen with the labels in sight, which flatters; "judge" is what the detector as configured would have\n' +
  "raised, with none chosen. A detector's defaults and its grid may have been found on this very data, which flatters every\n" +
  'figure of it; published benchmarks are no exception.';

/** Stands beside the name of a detector that has seen the data before. */
const FLATTERED = '*';

/** As text with a newline at its end. */
export function tableOf(report: Report): string {
  const { series, windows, days, found_on, rows, full } = report;
  const named = (name: string) => (found_on[name] === undefined ? name : `${name} ${FLATTERED}`);
  const validated = rows.some(({ threshold_cross_validated }) => threshold_cross_validated !== undefined);
  const header = [
    'detector',
    'rule',
    'standard',
    'low FP',
    'low FN',
    'AUC-PR',
    'threshold',
    'found',
    'false',
  ];
  const parts = [
    `${series} series, ${windows} labelled windows, ${days.toFixed(0)} days of series after probation\n`,
    columns([
      [...header, 'alarms/day', 'delay', ...(validated ? ['threshold by the other half'] : [])],
      ...rows.map((row) => cells({ ...row, detector: named(row.detector) }, windows, validated)),
    ]),
    `\nalarms/day: of one series; delay: from a window's first row, the median over the windows found.\n${IN_SIGHT}\n`,
  ];
  if (validated) parts.push(`\n${splitsText(report)}\n`);
  if (full.length > 0) {
    parts.push('\nOptions of the detector, rule and threshold chosen together:\n');
    parts.push(
      columns([
        ['detector', 'settings', 'in sight', 'by the other half', 'the best in sight'],
        ...full.map((one) => fullCells({ ...one, detector: named(one.detector) })),
      ]),
    );
  }
  for (const data of new Set(Object.values(found_on)))
    parts.push(
      `\n${FLATTERED} The constants of this detector, and the values in its grid, were found on ${data}, all of it:\n` +
        'of that data each figure of its rows flatters, those by the other half too.\n',
    );
  return parts.join('');
}

function cells(row: Row, windows: number, validated: boolean): string[] {
  const { detector, stored, rule, standard, low_fp, low_fn, auc_pr, threshold } = row;
  return [
    stored ? `${detector} (stored)` : detector,
    rule,
    ...[standard, low_fp, low_fn].map(hundredths),
    fixed(auc_pr, 3),
    Number.isFinite(threshold) ? String(Number(threshold.toPrecision(4))) : '-',
    `${row.windows_found}/${windows}`,
    String(row.false_alarms),
    fixed(row.alarms_per_series_per_day, 3),
    delayText(row),
    ...(validated ? [crossText(row.threshold_cross_validated)] : []),
  ];
}

function fullCells({ detector, settings, in_sight, cross_validated }: Full): string[] {
  const { rule, threshold, options } = in_sight;
  const best = [
    rule,
    `threshold = ${Number(threshold.toPrecision(4))}`,
    ...options.split('\n').filter(Boolean),
  ];
  const nothing = threshold === Number.POSITIVE_INFINITY;
  return [
    detector,
    String(settings),
    hundredths(in_sight.score),
    crossText(cross_validated),
    nothing ? 'no detection at all' : best.join(', '),
  ];
}

function splitsText({ splits, seed }: Report): string {
  return (
    `By the other half: the standard score when what is chosen is chosen on one half of the series and scored on the other,\n` +
    `both ways; mean ± standard deviation over ${splits} splits, seed ${seed}.`
  );
}

function crossText(validated: CrossValidated | undefined): string {
  return validated === undefined ? '-' : `${hundredths(validated.mean)} ± ${fixed(validated.deviation, 2)}`;
}

function hundredths(score: number): string {
  return fixed(score, 2);
}

function fixed(value: number, digits: number): string {
  // Twice, since once may leave a "-0.00".
  return Number.isFinite(value) ? Number(value.toFixed(digits)).toFixed(digits) : '-';
}

function delayText({ delay_seconds, delay_share }: Row): string {
  if (Number.isNaN(delay_seconds)) return '-';
  const [size, unit] = (
    [
      [86_400, 'd'],
      [3600, 'h'],
      [60, 'm'],
    ] as const
  ).find(([size]) => delay_seconds >= size) ?? [1, 's'];
  return `${Number((delay_seconds / size).toPrecision(2))}${unit} (${(100 * delay_share).toFixed(0)} %)`;
}

/** Each column as wide as its widest cell; numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const right = rows[0]!.map((_, column) => rows.slice(1).every((row) => /^[\d-]/.test(row[column]!)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
