/** A file's bytes, unpacked where its name ends in .gz, with how far the reading is. */
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 128 << 10;

export class Source {
  readonly file: string;
  /** Of the file, packed as it is. */
  readonly size: number;
  /** Bytes of the file that have been read so far. */
  read = 0;

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

  /**
   * Each chunk is valid until the next one is asked for. Throws a Refusal for what cannot be read, or is no gzip though
   * it is called so.
   */
  async *chunks(): AsyncGenerator<Buffer> {
    try {
      yield* this.file.endsWith('.gz') ? this.#unpacked() : this.#plain();
    } catch (error) {
      throw unreadable(this.file, error);
    }
  }

  /** Two buffers in turn: while one is worked on, the other is filled. */
  async *#plain(): AsyncGenerator<Buffer> {
    const handle = await open(this.file);
    const buffers = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
    const fill = (at: number) => {
      const reading = handle.read(buffers[at]!, 0, CHUNK_BYTES);
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

  async *#unpacked(): AsyncGenerator<Buffer> {
    const packed = createReadStream(this.file);
    const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
    packed
      .on('data', (chunk) => {
        this.read += chunk.length;
      })
      .on('error', (error) => unpacked.destroy(error))
      .pipe(unpacked);
    try {
      yield* unpacked;
    } finally {
      packed.destroy();
    }
  }
}

function unreadable(file: string, error: unknown): Refusal {
  return new Refusal('FILE_UNREADABLE', `${file}: ${(error as Error).message}`);
}
