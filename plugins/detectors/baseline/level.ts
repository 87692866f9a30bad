/** Where the series has been for the last few values: an average over them, which is its own residual. */
export class Level {
  static readonly WIDTH = 1;

  readonly #at: number;
  readonly #share: number;

  /**
   * @param at of its number in the state
   * @param points memory
   */
  constructor(at: number, points: number) {
    this.#at = at;
    this.#share = 1 / points;
  }

  /** The level with this value, which it learns. The first value of a series is its level. */
  step(state: Float64Array, count: number, value: number): number {
    const share = 1 / count > this.#share ? 1 / count : this.#share;
    const level = state[this.#at]! + share * (value - state[this.#at]!);
    state[this.#at] = level;
    return level;
  }

  /** The level before the value at hand. */
  of(state: Float64Array, at = 0): number {
    return state[at + this.#at]!;
  }
}
