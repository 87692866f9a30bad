/**
 * How much the series moves of late against how much it usually moves, as a logarithm: bursts show as well as a
 * line that has gone flat.
 */

/** Places in its numbers. */
const LAST = 0;
const RECENT = 1;
const USUAL = 2;

const MEASURED_AFTER = 5;
/** Of the usual change, added to the recent one, so that a flat line is far out but not infinitely. */
const LEAST_SHARE = 0.01;
/** In the unit of the field. */
const SMALLEST = 1e-12;

export class Volatility {
  static readonly WIDTH = 3;

  readonly #at: number;
  readonly #recentShare: number;
  readonly #usualShare: number;

  /**
   * @param at of its numbers in the state
   * @param recentPoints memory of the recent change
   * @param usualPoints memory of the usual one
   */
  constructor(at: number, recentPoints: number, usualPoints: number) {
    this.#at = at;
    this.#recentShare = 1 / recentPoints;
    this.#usualShare = 1 / usualPoints;
  }

  begin(state: Float64Array, value: number): void {
    state[this.#at + LAST] = value;
  }

  /** The logarithm of the ratio with this value, which it learns. */
  step(state: Float64Array, count: number, value: number): number {
    const first = 1 / count;
    const at = this.#at;
    const change = Math.abs(value - state[at + LAST]!);
    const recentShare = this.#recentShare > first ? this.#recentShare : first;
    const usualShare = this.#usualShare > first ? this.#usualShare : first;
    const recent = state[at + RECENT]! + recentShare * (change - state[at + RECENT]!);
    const usual = state[at + USUAL]! + usualShare * (change - state[at + USUAL]!);
    state[at + LAST] = value;
    state[at + RECENT] = recent;
    state[at + USUAL] = usual;
    return count > MEASURED_AFTER
      ? Math.log((recent + LEAST_SHARE * usual + SMALLEST) / (usual + SMALLEST))
      : 0;
  }
}
