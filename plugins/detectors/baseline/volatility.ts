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
  readonly #at: number = 0;
  readonly #stream: number = 0;
  readonly #recentShare: number = 0;
  readonly #usualShare: number = 0;

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

  begin(f64: Float64Array, row: number, value: number): void {
    f64[row + this.#at + LAST] = value;
  }

  /** Whether any two values that followed one another were different. */
  hasMoved(f64: Float64Array, row: number): boolean {
    return f64[row + this.#at + USUAL]! > 0;
  }

  step(f64: Float64Array, row: number, { count, share, value, residuals }: Moment): void {
    const at = row + this.#at;
    const change = Math.abs(value - f64[at + LAST]!);
    const recentShare = Math.max(this.#recentShare, share);
    const usualShare = Math.max(this.#usualShare, share);
    const recent = f64[at + RECENT]! + recentShare * (change - f64[at + RECENT]!);
    const usual = f64[at + USUAL]! + usualShare * (change - f64[at + USUAL]!);
    f64[at + LAST] = value;
    f64[at + RECENT] = recent;
    f64[at + USUAL] = usual;
    const ratio = (recent + LEAST_SHARE * usual + SMALLEST) / (usual + SMALLEST);
    residuals[this.#stream] = count > MEASURED_AFTER ? Math.log(ratio) : 0;
  }
}
