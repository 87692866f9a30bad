/**
 * Chunks of stdin → blocks. A chunk may hold many points and end in the middle of one; what is left of a
 * point is kept and stands at the head of the next block. Where a point ends is the parser's to say, since a
 * newline inside a quoted string belongs to the point.
 */

/** Readers of a block may look this far past its end: a word at a time, and a newline to stop at. */
const SLACK = 8;
const NEWLINE = 10;
const FIRST_SIZE = 256 << 10;
/** A buffer that one long line has made larger than this is let go afterwards. */
const LARGEST_KEPT = 4 << 20;

/** Bytes to parse. They belong to the reader and are valid until its next `add`. */
export interface Block {
  readonly bytes: Buffer;
  /** The same memory, for reading four bytes at once. */
  readonly view: DataView;
  /** How many of the bytes count. bytes[length] is a newline that is not part of the data. */
  readonly length: number;
  /** Where the bytes begin that have not been parsed before. */
  readonly fresh: number;
}

export class Reader implements Block {
  bytes = Buffer.alloc(0);
  view = new DataView(new ArrayBuffer(0));
  length = 0;
  fresh = 0;

  #consumed = 0;

  constructor() {
    this.#hold(FIRST_SIZE, 0);
  }

  /** Appends a chunk to what has not been consumed of the last one. The chunk is copied. */
  add(chunk: Uint8Array): Block {
    const rest = this.length - this.#consumed;
    const length = rest + chunk.length;
    const oversized = this.bytes.length > LARGEST_KEPT && length < LARGEST_KEPT / 4;
    if (length + SLACK > this.bytes.length || oversized) {
      this.#hold(Math.max(FIRST_SIZE, 2 * length + SLACK), rest);
    } else if (rest > 0 && this.#consumed > 0) {
      this.bytes.copyWithin(0, this.#consumed, this.length);
    }
    this.bytes.set(chunk, rest);
    this.bytes[length] = NEWLINE;
    this.length = length;
    this.fresh = rest;
    this.#consumed = 0;
    return this;
  }

  /** Bytes that have been added and not consumed. */
  get held(): number {
    return this.length - this.#consumed;
  }

  /** The first bytes of the block are done with; they stay valid until the next `add`. */
  consume(count: number): void {
    this.#consumed = count;
  }

  #hold(size: number, rest: number): void {
    const bytes = Buffer.alloc(size);
    this.bytes.copy(bytes, 0, this.#consumed, this.#consumed + rest);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, size);
  }
}
