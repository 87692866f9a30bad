/** A history in files of line protocol, plain or compressed by gzip, one after the other. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Batch } from '../batch.ts';
import { parse } from '../parse.ts';
import { Reader } from '../read.ts';
import { Refusal } from '../refusal.ts';
import type { History, Piece } from './train.ts';

/** What is read of a file at a time. */
const PORTION = 256 << 10;
const GZIP = 0x8b1f;
const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

/** In which file, and behind how many bytes of its text. */
interface Place {
  readonly file: number;
  readonly offset: number;
}

export class Files implements History {
  readonly name: string;
  readonly #files: readonly { readonly path: string; readonly size: number; readonly gzip: boolean }[];

  /** Throws a Refusal where one of them cannot be read. */
  constructor(paths: readonly string[]) {
    this.#files = paths.map((path) => ({ path, ...looked(path) }));
    this.name = this.#files.map(({ path, size }) => `${resolve(path)} (${size} bytes)`).join(', ');
  }

  /** The earliest time in the first portion that has points. */
  async begin(): Promise<bigint | undefined> {
    for (const { path, gzip } of this.#files)
      for await (const { bytes } of portions(path, gzip, 0)) {
        const time = earliest(bytes);
        if (time !== undefined) return time;
      }
    return undefined;
  }

  describe(position: unknown): string {
    const { file, offset } = position as Place;
    const path = this.#files[file]?.path;
    return path === undefined ? 'the end' : `byte ${offset} of ${path}`;
  }

  async *read(position: unknown): AsyncGenerator<Piece, void, undefined> {
    const { file: first, offset } = (position as Place | undefined) ?? { file: 0, offset: 0 };
    const total = Math.max(1, bytesOf(this.#files));
    for (let file = first; file < this.#files.length; file++) {
      const { path, gzip } = this.#files[file]!;
      const before = bytesOf(this.#files.slice(0, file));
      let last = NEWLINE;
      for await (const { bytes, end, read } of portions(path, gzip, file === first ? offset : 0)) {
        last = bytes.at(-1)!;
        // A file may grow while it is read.
        const share = Math.min(1, (before + read) / total);
        yield { bytes, ends: false, share, position: (held) => ({ file, offset: end - held }) };
      }
      // The last line of a file is whole, with or without its newline.
      const bytes = last === NEWLINE ? NOTHING : Buffer.of(NEWLINE);
      const share = bytesOf(this.#files.slice(0, file + 1)) / total;
      yield { bytes, ends: true, share, position: () => ({ file: file + 1, offset: 0 }) };
    }
  }
}

function bytesOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Size and kind of a file. */
function looked(path: string): { size: number; gzip: boolean } {
  try {
    const file = openSync(path, 'r');
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) throw new Error('it is no file; what comes from elsewhere goes into one first');
      const head = Buffer.alloc(2);
      readSync(file, head, 0, 2, 0);
      return { size: stat.size, gzip: head.readUInt16LE() === GZIP };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Refusal {
  return new Refusal('TRAIN_FILE', `${path} cannot be read: ${(error as Error).message}`);
}

/** A part of a file's text. */
interface Portion {
  readonly bytes: Buffer;
  /** Where in the text it ends. */
  readonly end: number;
  /** Bytes of the file that have been read by now. */
  readonly read: number;
}

/** The text of a file, behind the first `offset` bytes of it. */
async function* portions(path: string, gzip: boolean, offset: number): AsyncGenerator<Portion> {
  const start = gzip ? 0 : offset;
  const raw = createReadStream(path, { start, highWaterMark: PORTION });
  const text = gzip ? raw.pipe(createGunzip({ chunkSize: PORTION })) : raw;
  if (text !== raw) raw.on('error', (error) => text.destroy(error));
  let end = start;
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      const skipped = Math.max(0, offset - end);
      end += chunk.length;
      if (skipped < chunk.length) yield { bytes: chunk.subarray(skipped), end, read: start + raw.bytesRead };
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    raw.destroy();
  }
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
