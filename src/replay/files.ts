/** Files as one stream of line protocol, in the order given. */

import { type CsvOptions, isCsv } from '../csv/options.ts';
import type { OnBadRow } from '../csv.ts';
import { Source } from '../source.ts';

const NEWLINE = 10;
const LINE_END = Buffer.from('\n');

export class Files {
  readonly #sources: readonly Source[];
  readonly #size: number;
  readonly #csv: CsvOptions;
  readonly #onBadRow: OnBadRow;

  /** Throws a Refusal where one of them cannot be read, before anything of another is. */
  constructor(files: readonly string[], csv: CsvOptions, onBadRow: OnBadRow) {
    this.#sources = files.map((file) => new Source(file));
    this.#size = this.#sources.reduce((sum, { size }) => sum + size, 0);
    this.#csv = csv;
    this.#onBadRow = onBadRow;
  }

  /** The share that has been read, in [0, 1]. */
  get share(): number {
    return this.#sources.reduce((sum, { read }) => sum + read, 0) / Math.max(this.#size, 1);
  }

  /** A file that ends in the middle of a line does not run into the next one. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    let lineBegins = true;
    for (const source of this.#sources) {
      if (!lineBegins) yield LINE_END;
      for await (const chunk of isCsv(source.file) ? this.#csvLines(source) : source.chunks()) {
        lineBegins = chunk[chunk.length - 1] === NEWLINE;
        yield chunk;
      }
    }
  }

  async *#csvLines(source: Source): AsyncGenerator<Uint8Array> {
    const { csvLines } = await import('../csv.ts');
    yield* csvLines(source, this.#csv, this.#onBadRow);
  }
}
