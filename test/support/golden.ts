/** Files of test/golden, which are not compiled. */
import { readFileSync } from 'node:fs';

const GOLDEN = new URL('../../../test/golden/', import.meta.url);

/** The columns of a csv file by their names; a cell without a number is NaN. */
export function goldenColumns(file: string): Record<string, number[]> {
  const [header, ...lines] = readFileSync(new URL(file, GOLDEN), 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(','));
  const names = header!.split(',');
  const number = (cell: string | undefined) => (cell ? Number(cell) : Number.NaN);
  return Object.fromEntries(names.map((name, i) => [name, rows.map((row) => number(row[i]))]));
}

export function goldenJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as Content;
}
