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

  begin(fresh: Float64Array, value: number): void {
    fresh.fill(value, this.#at, this.#at + this.width);
  }

  step(before: Float64Array, at: number, now: Moment): void {
    for (let i = 0; i < this.#shares.length; i++) {
      const share = Math.max(now.share, this.#shares[i]!);
      const level = before[at + this.#at + i]!;
      const moved = level + share * (now.value - level);
      now.after[this.#at + i] = moved;
      now.residuals[this.#stream + i] = moved;
    }
  }
}
