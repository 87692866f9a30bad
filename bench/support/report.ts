/** What a bench prints: headings, tables and notes in markdown, on stdout. */
import { availableParallelism, cpus, loadavg } from 'node:os';

export type Cell = string | number;

/** The heading of a bench, and one line on what was measured. */
export function heading(title: string, what: string): void {
  print(`### ${title}`, '', what, '');
}

/** A table. Columns of numbers are set to the right, with three significant digits. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const numeric = header.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  print(
    line(header),
    line(numeric.map((right) => (right ? '---:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => (typeof cell === 'number' ? digits(cell) : cell)))),
    '',
  );
}

/** A sentence under a table. */
export function note(text: string): void {
  print(text, '');
}

/** The machine, the runtime, and what else was running, for a reader who compares. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown CPU';
  const load = digits(loadavg()[0]!);
  return `${model}, ${availableParallelism()} cores, ${process.platform}, Node ${process.version}, load ${load} before the start`;
}

/** Three significant digits, thousands apart: 1,230,000; 0.123. */
export function digits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) < 1000 ? String(rounded) : rounded.toLocaleString('en-US');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
