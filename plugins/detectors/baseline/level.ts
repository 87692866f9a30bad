/** Where the series has been for the last few values: an average over them. It is its own residual. */
import type { Moment } from './moment.ts';

export class Level {
  static readonly WIDTH = 1;

  /** Where the level lies among the row's numbers. */
  readonly at: number;
  /** With the value at hand. */
  residual = 0;
  readonly #share: number;

  /** @param points memory */
  constructor(at: number, points: number) {
    this.at = at;
    this.#share = 1 / points;
  }

  begin(fresh: Float64Array, value: number): void {
    fresh[this.at] = value;
  }

  step(before: Float64Array, at: number, now: Moment): void {
    const share = now.share > this.#share ? now.share : this.#share;
    const level = before[at + this.at]!;
    this.residual = level + share * (now.value - level);
    now.after[this.at] = this.residual;
  }
}
