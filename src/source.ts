/** A file's bytes, unpacked where its name ends in .gz, with how far the reading is. */
import { createReadStream, type ReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 64 << 10;

export class Source {
  readonly file: string;
  /** Of the file, packed as it is. */
  readonly size: number;
  #stream: ReadStream | undefined;

  /** Throws a Refusal where there is no such file. */
  constructor(file: string) {
    this.file = file;
    try {
      const stat = statSync(file);
      if (stat.isDirectory()) throw new Error('it is a directory; give the path of a file');
      this.size = stat.size;
    } catch (error) {
      throw unreadable(file, error);
    }
  }

  /** Bytes of the file that have been read so far. */
  get read(): number {
    return this.#stream?.bytesRead ?? 0;
  }

  /** Each chunk is the taker's. Throws a Refusal for what cannot be read, or is no gzip though it is called so. */
  async *chunks(): AsyncGenerator<Buffer> {
    const raw = createReadStream(this.file, { highWaterMark: CHUNK_BYTES });
    this.#stream = raw;
    const unpacked = this.file.endsWith('.gz') ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
    if (unpacked !== undefined) raw.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
    try {
      yield* unpacked ?? raw;
    } catch (error) {
      throw unreadable(this.file, error);
    } finally {
      raw.destroy();
    }
  }
}

function unreadable(file: string, error: unknown): Refusal {
  return new Refusal('FILE_UNREADABLE', `${file}: ${(error as Error).message}`);
}
