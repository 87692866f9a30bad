/** A file's text, unpacked where it is gzip, from any place on, with how far the reading is. */
import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  type ReadStream,
  readSync,
  statSync,
} from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 256 << 10;
/** What every file of gzip begins with. */
const GZIP = 0x8b1f;

export class Source {
  readonly file: string;
  /** Of the file, packed as it is. */
  readonly size: number;
  /** It lies there whole, and can be read again; a pipe cannot. */
  readonly isFile: boolean;
  readonly #isGzip: boolean;
  #start = 0;
  #stream: ReadStream | undefined;

  /** Throws a Refusal where there is no such file. */
  constructor(file: string) {
    this.file = file;
    try {
      const stat = statSync(file);
      if (stat.isDirectory()) throw new Error('it is a directory; give the path of a file');
      this.size = stat.size;
      this.isFile = stat.isFile();
      this.#isGzip = this.isFile ? beginsAsGzip(file) : file.endsWith('.gz');
    } catch (error) {
      throw unreadable(file, error);
    }
  }

  /** Bytes of the file that have been read so far. */
  get read(): number {
    return this.#start + (this.#stream?.bytesRead ?? 0);
  }

  /**
   * Each chunk is the taker's. Throws a Refusal for what cannot be read.
   * @param offset bytes of the text that are passed over
   */
  async *chunks(offset = 0): AsyncGenerator<Buffer> {
    this.#start = this.#isGzip ? 0 : offset;
    const raw = createReadStream(this.file, { start: this.#start, highWaterMark: CHUNK_BYTES });
    this.#stream = raw;
    const unpacked = this.#isGzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
    if (unpacked !== undefined) raw.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
    let left = offset - this.#start;
    try {
      for await (const chunk of (unpacked ?? raw) as AsyncIterable<Buffer>) {
        if (left < chunk.length) yield chunk.subarray(left);
        left = Math.max(0, left - chunk.length);
      }
    } catch (error) {
      throw unreadable(this.file, error);
    } finally {
      raw.destroy();
    }
  }
}

function beginsAsGzip(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(2);
    return (
      fstatSync(descriptor).size >= 2 && readSync(descriptor, head) === 2 && head.readUInt16LE() === GZIP
    );
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(file: string, error: unknown): Refusal {
  return new Refusal('FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}`);
}
