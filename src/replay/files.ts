/** Files as one stream of line protocol, in the order given. */

import { type CsvOptions, isCsv } from '../csv/options.ts';
import type { OnBadRow } from '../csv.ts';
import { Source, shareOf } from '../source.ts';

const NEWLINE = 10;
const LINE_END = Buffer.from('\n');

export interface FilesOptions {
  /** Of all of them; without it their names say which are csv. */
  readonly format: 'influx' | 'csv' | undefined;
  readonly csv: CsvOptions;
  readonly onBadRow: OnBadRow;
}

export class Files {
  readonly #sources: readonly Source[];
  readonly #options: FilesOptions;

  /** Throws a Refusal where one of them cannot be read, before anything of another is. */
  constructor(files: readonly string[], options: FilesOptions) {
    this.#sources = files.map((file) => new Source(file));
    this.#options = options;
  }

  /** The share that has been read, in [0, 1]. */
  get share(): number {
    return shareOf(this.#sources);
  }

  /** A file that ends in the middle of a line does not run into the next one. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    let lineBegins = true;
    for (const source of this.#sources) {
      if (!lineBegins) yield LINE_END;
      for await (const chunk of this.#chunksOf(source)) {
        lineBegins = chunk[chunk.length - 1] === NEWLINE;
        yield chunk;
      }
    }
  }

  async *#chunksOf(source: Source): AsyncGenerator<Uint8Array> {
    const { format, csv, onBadRow } = this.#options;
    if (format === 'influx' || (format === undefined && !isCsv(source.file))) return yield* source.chunks();
    const { csvLines } = await import('../csv.ts');
    yield* csvLines(source, csv, onBadRow);
  }
}
