/** A set of row numbers, a bit for each: ten million rows take little more than a megabyte. */
import { grown, larger } from '../column.ts';

const FIRST_WORDS = 32;
const WORD_BITS = 32;

export class RowSet {
  size = 0;
  #words: Uint32Array;
  /** No word before it holds a row. */
  #first = 0;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  static empty(): RowSet {
    return new RowSet(new Uint32Array(FIRST_WORDS));
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  has(row: number): boolean {
    return (this.#words[row >>> 5]! & (1 << row)) !== 0;
  }

  add(row: number): void {
    const word = row >>> 5;
    if (word >= this.#words.length) this.#words = grown(this.#words, larger(this.#words.length, word + 1));
    if (this.has(row)) return;
    this.#words[word]! |= 1 << row;
    this.#first = Math.min(this.#first, word);
    this.size++;
  }

  /** Takes the lowest row out, and answers it; undefined where there is none. */
  take(): number | undefined {
    if (this.size === 0) return undefined;
    while (this.#words[this.#first] === 0) this.#first++;
    const word = this.#words[this.#first]!;
    const lowest = word & -word;
    this.#words[this.#first] = word ^ lowest;
    this.size--;
    return this.#first * WORD_BITS + 31 - Math.clz32(lowest);
  }

  copy(): RowSet {
    const copy = new RowSet(this.#words.slice());
    copy.size = this.size;
    copy.#first = this.#first;
    return copy;
  }

  /** The rows in [from, to) that are not in the set, ascending. */
  *missing(from: number, to: number): Generator<number> {
    for (let row = from; row < to; row++) if (!this.has(row)) yield row;
  }
}
