/** A csv file as line protocol, in portions; what is no point is told of, and the rest goes on. */
import { BadRow } from './csv/bad-rows.ts';
import { LineMaker } from './csv/line.ts';
import { type CsvOptions, measurementOf } from './csv/options.ts';
import { type CsvRecord, Records } from './csv/records.ts';
import type { Source } from './source.ts';

/** A row that is left out: its line in the file, from 1, and why. */
export type OnBadRow = (file: string, line: number, reason: string) => void;

/** Portions of points, each a line without its newline. Throws a Refusal where the options do not fit the file. */
export async function* csvPoints(
  source: Source,
  options: CsvOptions,
  onBadRow: OnBadRow,
): AsyncGenerator<string[]> {
  const { file } = source;
  const records = new Records(options.delimiter);
  const measurement = measurementOf(file);
  let maker = options.columns && new LineMaker(options, options.columns, measurement);
  let row = 0;
  const pointsOf = (found: Iterable<CsvRecord>): string[] => {
    const points: string[] = [];
    for (const { line, cells: given, reason } of found) {
      const isEmpty = given?.length === 0;
      // Where there is but one column, an empty line is a row whose cell is empty.
      if (isEmpty && maker?.width !== 1) continue;
      const cells = isEmpty ? [''] : given;
      if (maker === undefined && cells !== undefined) {
        const header = cells.map((name) => name.trim());
        maker = new LineMaker(options, header, measurement);
        continue;
      }
      const at = row++;
      try {
        if (cells === undefined || maker === undefined) throw new BadRow(reason);
        const point = maker.line(cells, at);
        if (point !== '') points.push(point);
      } catch (error) {
        if (!(error instanceof BadRow)) throw error;
        onBadRow(file, line, error.message);
      }
    }
    return points;
  };
  const decoder = new TextDecoder();
  for await (const chunk of source.chunks())
    yield pointsOf(records.add(decoder.decode(chunk, { stream: true })));
  yield pointsOf([...records.add(decoder.decode()), ...records.end()]);
}

/** The same as chunks of line protocol. */
export async function* csvLines(
  source: Source,
  options: CsvOptions,
  onBadRow: OnBadRow,
): AsyncGenerator<Buffer> {
  for await (const points of csvPoints(source, options, onBadRow))
    if (points.length > 0) yield Buffer.from(`${points.join('\n')}\n`);
}
