/**
 * A threshold that keeps an alarm budget: so many alarms a second and no more, if nothing is ever wrong.
 *
 * The tail of the series' own scores is fitted on the maxima of blocks of time: `base` is a high quantile of them,
 * `excess` the mean of what lies above it, both followed by small steps. The threshold is where a block exceeds it
 * with the probability that the budget leaves a block. What the fit misses, a feedback makes good: each alarm raises
 * the threshold by a share, and time lets it sink as fast as alarms may come.
 *
 * Where the feedback is not at its bounds, the alarms of a time are those that the budget allows for it, and at most
 * 15 more: (MOST_FEEDBACK - LEAST_FEEDBACK) / STEP.
 */
import type { Rows } from './detector.ts';

/** Seconds of a block, and of the silence after an alarm; less where more than a dozen alarms a day are allowed. */
const LONGEST_BLOCK = 7200;
const BLOCKS_PER_ALARM = 12;
/** No alarm before a series is so many seconds old. */
const MUTE = 86_400;
/** `base` is this quantile of the blocks' maxima. */
const QUANTILE = 0.8;
/** What an alarm adds to the logarithm of the threshold. */
const STEP = 0.1;
const LEAST_FEEDBACK = -0.5;
const MOST_FEEDBACK = 1.5;
/** A gap of more seconds is not time that went by without an alarm. */
const LONGEST_GAP = 86_400;
/** An excess counts as at most so many times the mean one. */
const MOST_EXCESS = 8;
/** A block's share in what is learned: 1 / (this + blocks so far), and no less than the other. */
const FIRST_BLOCKS = 5;
const LEAST_SHARE = 1 / 1000;
/** Of what is critical there is a tenth. */
const CRITICAL_SHARE = 10;
/** In parts of the detector's usual threshold: where a series begins. */
const FIRST_BASE = 0.6;
const FIRST_EXCESS = 0.15;

// Places in the row, in float64s.
const BIRTH = 0;
const BLOCK = 1;
// And in float32s.
const BASE = 4;
const EXCESS = 5;
const FEEDBACK = 6;
const LARGEST = 7;
const BLOCKS = 8;
const THRESHOLD = 9;

export class Budget {
  readonly width = 5;
  /** Seconds. */
  readonly cooldown: number;
  readonly #rate: number;
  readonly #block: number;
  readonly #usual: number;
  /** How many mean excesses above `base` the thresholds are. */
  readonly #rarity: number;

  /**
   * @param rate alarms a second
   * @param usual threshold of the detector
   */
  constructor(rate: number, usual: number) {
    this.#rate = rate;
    this.#usual = usual;
    this.#block = Math.min(LONGEST_BLOCK, 1 / (BLOCKS_PER_ALARM * rate));
    this.cooldown = this.#block;
    this.#rarity = Math.log((1 - QUANTILE) / (rate * this.#block));
  }

  learn({ f64, f32 }: Rows, at: number, time: number, strangeness: number): void {
    if (f64[at + BIRTH] === 0) this.#begin(f64, f32, at, time);
    const elapsed = time - f64[at + BLOCK]!;
    if (elapsed >= this.#block || elapsed < 0) {
      // A clock was wrong: the series is as old as this value, at least.
      f64[at + BIRTH] = Math.min(f64[at + BIRTH]!, time);
      this.#endBlock(f32, 2 * at, elapsed);
      f64[at + BLOCK] = time;
      f32[2 * at + LARGEST] = 0;
    }
    if (strangeness > f32[2 * at + LARGEST]!) f32[2 * at + LARGEST] = strangeness;
  }

  threshold({ f32 }: Rows, at: number): number {
    return f32[2 * at + THRESHOLD]!;
  }

  criticalThreshold({ f32 }: Rows, at: number): number {
    const further = Math.log(CRITICAL_SHARE) * f32[2 * at + EXCESS]! * Math.exp(f32[2 * at + FEEDBACK]!);
    return f32[2 * at + THRESHOLD]! + further;
  }

  isMute({ f64 }: Rows, at: number, time: number): boolean {
    return time - f64[at + BIRTH]! < MUTE;
  }

  /** An alarm has opened. */
  alarmed({ f32 }: Rows, at: number): void {
    f32[2 * at + FEEDBACK] = Math.min(MOST_FEEDBACK, f32[2 * at + FEEDBACK]! + STEP);
    this.#settle(f32, 2 * at);
  }

  #begin(f64: Float64Array, f32: Float32Array, at: number, time: number): void {
    // 0 would be taken for a row that is new.
    f64[at + BIRTH] = time || Number.MIN_VALUE;
    f64[at + BLOCK] = time;
    f32[2 * at + BASE] = FIRST_BASE * this.#usual;
    f32[2 * at + EXCESS] = FIRST_EXCESS * this.#usual;
    this.#settle(f32, 2 * at);
  }

  #endBlock(f32: Float32Array, at: number, elapsed: number): void {
    if (elapsed > 0 && elapsed <= LONGEST_GAP)
      f32[at + FEEDBACK] = Math.max(LEAST_FEEDBACK, f32[at + FEEDBACK]! - STEP * this.#rate * elapsed);
    const largest = f32[at + LARGEST]!;
    // Nothing was scored, or nothing moved.
    if (largest > 0) {
      const share = Math.max(LEAST_SHARE, 1 / (FIRST_BLOCKS + f32[at + BLOCKS]!++));
      const base = f32[at + BASE]!;
      const excess = f32[at + EXCESS]!;
      const step = 3 * share * excess;
      if (largest > base) {
        const found = Math.min(largest - base, MOST_EXCESS * excess);
        f32[at + EXCESS] = excess + Math.min(0.3, share / (1 - QUANTILE)) * (found - excess);
        f32[at + BASE] = base + step * QUANTILE;
      } else f32[at + BASE] = base - step * (1 - QUANTILE);
    }
    this.#settle(f32, at);
  }

  #settle(f32: Float32Array, at: number): void {
    const far = f32[at + BASE]! + this.#rarity * f32[at + EXCESS]!;
    f32[at + THRESHOLD] = far * Math.exp(f32[at + FEEDBACK]!);
  }
}
