/** A csv file as line protocol, in portions; what is no point is told of, and the rest goes on. */
import { basename } from 'node:path';
import { BadRow, LineMaker } from './csv/line.ts';
import type { CsvOptions } from './csv/options.ts';
import { Records } from './csv/records.ts';
import type { Source } from './source.ts';

/** A row that is left out: its line in the file, from 1, and why. */
export type OnBadRow = (file: string, line: number, reason: string) => void;

/** Chunks of whole lines. Throws a Refusal where the options do not fit the file. */
export async function* csvLines(
  source: Source,
  options: CsvOptions,
  onBadRow: OnBadRow,
): AsyncGenerator<Buffer> {
  const { file } = source;
  const records = new Records(options.delimiter);
  const measurement = basename(file).replace(/(.)\..*$/, '$1');
  let maker = options.columns && new LineMaker(options, options.columns, measurement);
  let row = 0;
  const linesOf = (
    found: Iterable<{ line: number; cells: readonly string[] | undefined; reason?: string }>,
  ) => {
    let lines = '';
    for (const { line, cells, reason } of found) {
      if (maker === undefined && cells !== undefined) {
        maker = new LineMaker(
          options,
          cells.map((name) => name.trim()),
          measurement,
        );
        continue;
      }
      const at = row++;
      try {
        if (cells === undefined || maker === undefined) throw new BadRow(reason);
        const made = maker.line(cells, at);
        if (made !== '') lines += `${made}\n`;
      } catch (error) {
        if (!(error instanceof BadRow)) throw error;
        onBadRow(file, line, error.message);
      }
    }
    return Buffer.from(lines);
  };
  const decoder = new TextDecoder();
  for await (const chunk of source.chunks()) {
    const lines = linesOf(records.add(decoder.decode(chunk, { stream: true })));
    if (lines.length > 0) yield lines;
  }
  const last = linesOf([...records.add(decoder.decode()), ...records.end()]);
  if (last.length > 0) yield last;
}

/** Whether the file is csv by its name. */
export function isCsv(file: string): boolean {
  return /\.csv(\.gz)?$/i.test(file);
}
