import type { Instance, Rows } from '../../src/detector.ts';

export interface Value {
  /** Seconds. */
  time: number;
  value: number;
}

/** What no detector writes by chance. */
const GUARD = 0xa5;
const GUARD_WORDS = 4;

/** One series' row in a page of its own, with guards around it. */
export class Shelf {
  readonly rows: Rows;
  readonly at: number;
  readonly #width: number;
  readonly #bytes: Uint8Array;

  /** `before` and `after`: float64 of the page around the row, as if neighbours lay there. */
  constructor(width: number, before = GUARD_WORDS, after = GUARD_WORDS) {
    const buffer = new ArrayBuffer(8 * (before + width + after));
    this.rows = { f64: new Float64Array(buffer), f32: new Float32Array(buffer) };
    this.at = before;
    this.#width = width;
    this.#bytes = new Uint8Array(buffer).fill(GUARD);
    this.#row().fill(0);
  }

  #row(): Uint8Array {
    return this.#bytes.subarray(8 * this.at, 8 * (this.at + this.#width));
  }

  /** A copy of the whole page, guards too. */
  bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  get guardsIntact(): boolean {
    return this.#bytes.every(
      (byte, i) => byte === GUARD || (i >= 8 * this.at && i < 8 * (this.at + this.#width)),
    );
  }

  /** The same row in another page. */
  moved(before: number, after: number): Shelf {
    const shelf = new Shelf(this.#width, before, after);
    shelf.#row().set(this.#row());
    return shelf;
  }

  score(instance: Instance, { time, value }: Value): number {
    return instance.score(this.rows, this.at, time, value);
  }

  learn(instance: Instance, { time, value }: Value): void {
    instance.learn(this.rows, this.at, time, value);
  }

  step(instance: Instance, value: Value): number {
    const score = this.score(instance, value);
    this.learn(instance, value);
    return score;
  }
}
