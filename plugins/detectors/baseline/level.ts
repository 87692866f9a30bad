/** Where the series has been for the last few values: averages over them. The level itself is the residual. */
import type { Moment } from './moment.ts';

export class Level {
  /** Numbers of state. */
  readonly width: number;
  readonly #at: number;
  readonly #stream: number;
  readonly #shares: Float64Array;

  /**
   * @param at of the numbers in the row
   * @param stream of the first level
   * @param points memory, once for each level
   */
  constructor(at: number, stream: number, points: readonly number[]) {
    this.#at = at;
    this.#stream = stream;
    this.#shares = Float64Array.from(points, (memory) => 1 / memory);
    this.width = points.length;
  }

  begin(f64: Float64Array, row: number, value: number): void {
    f64.fill(value, row + this.#at, row + this.#at + this.width);
  }

  step(f64: Float64Array, row: number, now: Moment): void {
    const from = row + this.#at;
    for (let i = 0; i < this.#shares.length; i++) {
      const share = Math.max(now.share, this.#shares[i]!);
      const level = f64[from + i]! + share * (now.value - f64[from + i]!);
      f64[from + i] = level;
      now.residuals[this.#stream + i] = level;
    }
  }
}
