/**
 * The values of a stretch of time, joined into points: fields of one tag set and one time stand in one line. They are
 * kept in columns, since a piece of a string of JavaScript's keeps the whole answer that it was cut from.
 */
import { shown } from '../shown.ts';
import { timeOf } from '../time.ts';
import { GarbledError } from './table.ts';

/** Characters of one piece of line protocol, about. */
const PIECE = 256 << 10;
const FIRST_VALUES = 4096;
const FIRST_BYTES = 64 << 10;
const NONE = -1;

export class Page {
  /** Values so far. */
  values = 0;
  readonly #tagSets = new Map<string, number>();
  /** By tag set: its first and its last value. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  /** By value: the next one of its tag set, its time, and where in the texts its field ends. */
  #next = new Int32Array(FIRST_VALUES);
  #times = new BigInt64Array(FIRST_VALUES);
  #ends = new Uint32Array(FIRST_VALUES);
  /** The fields, one behind the other. */
  #texts = Buffer.alloc(FIRST_BYTES);

  /** As `Tables` tells it. Throws a GarbledError where the time is none. */
  add(tagSet: string, time: string, field: string): void {
    const nanoseconds = timeOf(time);
    if (nanoseconds === undefined) throw new GarbledError(`the answer has "${shown(time)}" for a time`);
    const value = this.values++;
    if (value === this.#next.length) this.#grow();
    this.#times[value] = nanoseconds;
    this.#next[value] = NONE;
    this.#append(value, field);
    const known = this.#tagSets.get(tagSet);
    if (known === undefined) {
      this.#tagSets.set(tagSet, this.#first.length);
      this.#first.push(value);
      this.#last.push(value);
    } else {
      this.#next[this.#last[known]!] = value;
      this.#last[known] = value;
    }
  }

  /** The time that a share of the values is before, in nanoseconds. There must be values. */
  timeAt(share: number): bigint {
    const times = this.#times.slice(0, this.values).sort();
    return times[Math.floor(share * (this.values - 1))]!;
  }

  /** Pieces of whole lines: a tag set after the other, each in time order. */
  *lines(): Generator<Buffer> {
    let text = '';
    for (const [tagSet, number] of this.#tagSets) {
      const values = this.#valuesOf(number);
      for (let i = 0; i < values.length; ) {
        const time = this.#times[values[i]!]!;
        let fields = this.#field(values[i]!);
        while (++i < values.length && this.#times[values[i]!] === time)
          fields += `,${this.#field(values[i]!)}`;
        text += `${tagSet} ${fields} ${time}\n`;
        if (text.length < PIECE) continue;
        yield Buffer.from(text);
        text = '';
      }
    }
    if (text !== '') yield Buffer.from(text);
  }

  /** Of a tag set, in the order of time, and of their coming. */
  #valuesOf(tagSet: number): number[] {
    const values: number[] = [];
    for (let value = this.#first[tagSet]!; value !== NONE; value = this.#next[value]!) values.push(value);
    const times = this.#times;
    return values.sort((a, b) => (times[a]! < times[b]! ? -1 : Number(times[a]! > times[b]!)));
  }

  #field(value: number): string {
    return this.#texts.toString('utf8', value === 0 ? 0 : this.#ends[value - 1]!, this.#ends[value]!);
  }

  #append(value: number, field: string): void {
    const from = value === 0 ? 0 : this.#ends[value - 1]!;
    // A character of JavaScript's takes three bytes at most.
    const most = from + 3 * field.length;
    if (most > this.#texts.length) {
      const texts = Buffer.alloc(Math.max(most, 2 * this.#texts.length));
      this.#texts.copy(texts, 0, 0, from);
      this.#texts = texts;
    }
    this.#ends[value] = from + this.#texts.write(field, from);
  }

  #grow(): void {
    const length = 2 * this.#next.length;
    const [next, times, ends] = [new Int32Array(length), new BigInt64Array(length), new Uint32Array(length)];
    next.set(this.#next);
    times.set(this.#times);
    ends.set(this.#ends);
    [this.#next, this.#times, this.#ends] = [next, times, ends];
  }
}
