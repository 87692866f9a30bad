/**
 * How much the series moves of late against how much it usually moves, as a logarithm: bursts show as well as a
 * line that has gone flat.
 */
import type { Moment } from './moment.ts';

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
  /** Numbers of state. */
  readonly width = 3;
  readonly #at: number;
  readonly #stream: number;
  readonly #recentShare: number;
  readonly #usualShare: number;

  /**
   * @param at of the numbers in the row
   * @param stream of the residual
   * @param recentPoints memory of the recent change
   * @param usualPoints memory of the usual one
   */
  constructor(at: number, stream: number, recentPoints: number, usualPoints: number) {
    this.#at = at;
    this.#stream = stream;
    this.#recentShare = 1 / recentPoints;
    this.#usualShare = 1 / usualPoints;
  }

  begin(fresh: Float64Array, value: number): void {
    fresh[this.#at + LAST] = value;
  }

  step(before: Float64Array, at: number, { count, share, value, after, residuals }: Moment): void {
    const from = at + this.#at;
    const change = Math.abs(value - before[from + LAST]!);
    const recentShare = Math.max(this.#recentShare, share);
    const usualShare = Math.max(this.#usualShare, share);
    const recent = before[from + RECENT]! + recentShare * (change - before[from + RECENT]!);
    const usual = before[from + USUAL]! + usualShare * (change - before[from + USUAL]!);
    after[this.#at + LAST] = value;
    after[this.#at + RECENT] = recent;
    after[this.#at + USUAL] = usual;
    const ratio = (recent + LEAST_SHARE * usual + SMALLEST) / (usual + SMALLEST);
    residuals[this.#stream] = count > MEASURED_AFTER ? Math.log(ratio) : 0;
  }
}
