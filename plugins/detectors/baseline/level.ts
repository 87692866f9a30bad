/** Where the series has been for the last few values: an average over them. The level itself is the residual. */
import type { Moment } from './moment.ts';

export class Level {
  /** Numbers of state. */
  readonly width = 1;
  readonly #at: number = 0;
  readonly #stream: number = 0;
  readonly #share: number = 0;

  /**
   * @param at of the number in the row
   * @param stream of the residual
   * @param points memory
   */
  constructor(at: number, stream: number, points: number) {
    this.#at = at;
    this.#stream = stream;
    this.#share = 1 / points;
  }

  begin(f64: Float64Array, row: number, value: number): void {
    f64[row + this.#at] = value;
  }

  step(f64: Float64Array, row: number, now: Moment): void {
    const at = row + this.#at;
    const level = f64[at]! + Math.max(now.share, this.#share) * (now.value - f64[at]!);
    f64[at] = level;
    now.residuals[this.#stream] = level;
  }
}
