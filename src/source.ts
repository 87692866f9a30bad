/** A file's text, unpacked where it is gzip, from any place on, with how far the reading is. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 128 << 10;
/** What every file of gzip begins with. */
const GZIP = 0x8b1f;

export class Source {
  readonly file: string;
  /** Of the file, packed as it is. */
  readonly size: number;
  /** It lies there whole, and can be read again; a pipe cannot. */
  readonly isFile: boolean;
  /** Bytes of the file that have been read so far. */
  read = 0;
  readonly #isGzip: boolean;

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

  /**
   * Each chunk is valid until the next one is asked for. Throws a Refusal for what cannot be read.
   *
   * @param offset bytes of the text that are passed over; 0 for what is no file
   */
  async *chunks(offset = 0): AsyncGenerator<Buffer> {
    try {
      yield* this.#isGzip ? this.#unpacked(offset) : this.#plain(offset);
    } catch (error) {
      throw unreadable(this.file, error);
    }
  }

  /** Two buffers in turn: while one is worked on, the other is filled. */
  async *#plain(offset: number): AsyncGenerator<Buffer> {
    const handle = await open(this.file);
    const buffers = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
    this.read = offset;
    const fill = (at: number) => {
      const reading = handle.read(buffers[at]!, 0, CHUNK_BYTES, this.isFile ? this.read : null);
      // What went wrong is told by whoever waits for it; there may be nobody.
      reading.catch(() => {});
      return reading;
    };
    try {
      let reading = fill(0);
      for (let next = 1; ; next ^= 1) {
        const { bytesRead, buffer } = await reading;
        if (bytesRead === 0) return;
        this.read += bytesRead;
        reading = fill(next);
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async *#unpacked(offset: number): AsyncGenerator<Buffer> {
    const packed = createReadStream(this.file);
    const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
    this.read = 0;
    packed
      .on('data', (chunk) => {
        this.read += chunk.length;
      })
      .on('error', (error) => unpacked.destroy(error))
      .pipe(unpacked);
    let left = offset;
    try {
      for await (const chunk of unpacked as AsyncIterable<Buffer>) {
        if (left < chunk.length) yield chunk.subarray(left);
        left = Math.max(0, left - chunk.length);
      }
    } finally {
      packed.destroy();
    }
  }
}

/** The share of these that has been read, in [0, 1]. */
export function shareOf(sources: readonly Source[]): number {
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const read = sources.reduce((sum, source) => sum + source.read, 0);
  return read / Math.max(size, 1);
}

function beginsAsGzip(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(2);
    return readSync(descriptor, head) === 2 && head.readUInt16LE() === GZIP;
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(file: string, error: unknown): Refusal {
  return new Refusal('FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}`);
}
