/** Files of comma-separated columns under a header, packed by gzip or not. Quotes have no meaning. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Refusal } from '../refusal.ts';

export interface Csv {
  readonly file: string;
  /** The cells of a column, top to bottom. Throws where the file lacks it. */
  column(name: string): readonly string[];
  has(name: string): boolean;
}

/** Throws a Refusal for what cannot be read, or has rows of different lengths. */
export function readCsv(file: string): Csv {
  const [header = '', ...lines] = textOf(file).trimEnd().split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim());
  const columns = names.map((): string[] => []);
  for (const [row, line] of lines.entries()) {
    const cells = line.split(',');
    if (cells.length !== names.length)
      throw new Refusal(
        'EVALUATE_CSV',
        `${file}:${row + 2}: ${cells.length} columns, and ${names.length} in the header; a cell may hold no comma`,
      );
    for (const [at, cell] of cells.entries()) columns[at]!.push(cell.trim());
  }
  return {
    file,
    has: (name) => names.includes(name),
    column: (name) => {
      const found = columns[names.indexOf(name)];
      if (found !== undefined) return found;
      throw new Refusal(
        'EVALUATE_CSV',
        `${file}:1: there is no column "${name}" among ${names.join(', ')}; name it so in the header`,
      );
    },
  };
}

function textOf(file: string): string {
  try {
    const bytes = readFileSync(file);
    return new TextDecoder().decode(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  } catch (error) {
    throw new Refusal('EVALUATE_UNREADABLE', `${file}: ${(error as Error).message}`);
  }
}
