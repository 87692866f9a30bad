/** A history in files of line protocol, plain or compressed by gzip, one after the other. */
import { resolve } from 'node:path';
import { Batch } from '../batch.ts';
import { parse } from '../parse.ts';
import { Reader } from '../read.ts';
import { Refusal } from '../refusal.ts';
import { Source } from '../source.ts';
import type { History, Piece } from './train.ts';

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

/** In which file, and behind how many bytes of its text. */
interface Place {
  readonly file: number;
  readonly offset: number;
}

export class Files implements History {
  readonly name: string;
  readonly #files: readonly Source[];

  /** Throws a Refusal where one of them cannot be read. */
  constructor(paths: readonly string[]) {
    this.#files = paths.map((path) => new Source(path));
    const pipe = this.#files.find(({ isFile }) => !isFile);
    if (pipe !== undefined)
      throw new Refusal(
        'TRAIN_FILE',
        `${pipe.file} is no file; what comes from elsewhere goes into one first, so that an interrupted training can go on`,
      );
    this.name = this.#files.map(({ file, size }) => `${resolve(file)} (${size} bytes)`).join(', ');
  }

  /** The earliest time in the first chunk that has points. */
  async begin(): Promise<bigint | undefined> {
    for (const source of this.#files)
      for await (const bytes of source.chunks()) {
        const time = earliest(bytes);
        if (time !== undefined) return time;
      }
    return undefined;
  }

  describe(position: unknown): string {
    const { file, offset } = position as Place;
    const path = this.#files[file]?.file;
    return path === undefined ? 'the end' : `byte ${offset} of ${path}`;
  }

  async *read(position: unknown): AsyncGenerator<Piece, void, undefined> {
    const { file: first, offset } = (position as Place | undefined) ?? { file: 0, offset: 0 };
    const total = Math.max(1, bytesOf(this.#files));
    for (let file = first; file < this.#files.length; file++) {
      const source = this.#files[file]!;
      const before = bytesOf(this.#files.slice(0, file));
      let end = file === first ? offset : 0;
      let last = NEWLINE;
      for await (const bytes of source.chunks(end)) {
        end += bytes.length;
        last = bytes.at(-1)!;
        const reached = end;
        // A file may grow while it is read.
        const share = Math.min(1, (before + source.read) / total);
        yield { bytes, ends: false, share, position: (held) => ({ file, offset: reached - held }) };
      }
      // The last line of a file is whole, with or without its newline.
      const bytes = last === NEWLINE ? NOTHING : Buffer.of(NEWLINE);
      const share = bytesOf(this.#files.slice(0, file + 1)) / total;
      yield { bytes, ends: true, share, position: () => ({ file: file + 1, offset: 0 }) };
    }
  }
}

function bytesOf(files: readonly Source[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** The earliest time of the points in it. */
function earliest(bytes: Buffer): bigint | undefined {
  const batch = new Batch();
  parse(batch, new Reader().add(bytes), 0, false);
  let found: bigint | undefined;
  for (let point = 0; point < batch.points; point++) {
    const time = (BigInt(batch.timeHigh[point]!) << 32n) | BigInt(batch.timeLow[point]! >>> 0);
    if (found === undefined || time < found) found = time;
  }
  return found;
}
