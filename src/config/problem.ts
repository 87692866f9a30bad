/** What is wrong with a config: where, why, and what to do next. */
import type { Place } from './toml.ts';

export type ProblemCode =
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_SYNTAX'
  | 'CONFIG_TELEGRAF_FILE'
  | 'CONFIG_MISSING_VARIABLE'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_UNKNOWN_DETECTOR'
  | 'CONFIG_INVALID_VALUE'
  | 'CONFIG_DUPLICATE_ALIAS'
  | 'CONFIG_NO_DETECTOR'
  | 'CONFIG_MODULE'
  | 'CONFIG_NO_EFFECT';

/** With a warning the config still loads. */
export type Severity = 'error' | 'warning';

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly file: string;
  /** Absent when it is about the file as a whole. */
  readonly place?: Place;
  /** The reason, and what to do next. */
  readonly reason: string;
}

/** `file:line:column`, or only the file. */
export function whereIs({ file, place }: Problem): string {
  return place === undefined ? file : `${file}:${place.line}:${place.column}`;
}

/** One line for a log: `file:line:column: reason`. */
export function problemText(problem: Problem): string {
  return `${whereIs(problem)}: ${problem.reason}`;
}

export function byPlace(a: Problem, b: Problem): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}

/** The line before, the line itself and a caret below the column. */
export function codeFrame(text: string, { line, column }: Place): string {
  const lines = text.split(/\r?\n/);
  const width = String(line).length;
  const row = (number: number): string => `${String(number).padStart(width)} | ${lines[number - 1] ?? ''}`;
  // Tabs are kept, so that the caret stands where the terminal shows the column.
  const indent = (lines[line - 1] ?? '').slice(0, column - 1).replace(/[^\t]/g, ' ');
  const shown = [row(line), `${' '.repeat(width)} | ${indent}^`];
  if (line > 1) shown.unshift(row(line - 1));
  return shown.map((text) => text.trimEnd()).join('\n');
}
