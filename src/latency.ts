/**
 * How long something takes, as quantiles: a histogram whose steps grow by a factor, so that every quantile is right
 * to the same share of itself, and a duration costs one logarithm to count.
 */

/** From one step to the next. A quantile is told as the middle of its step: at most 4.9 % off. */
const GROWTH = 1.1;
/** Milliseconds. Durations below count as it, those above the last step, four hours on, as the last. */
const SHORTEST = 1e-3;
const STEPS = 256;
const PER_STEP = 1 / Math.log(GROWTH);

/** Milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  /** Exact. */
  readonly max: number;
}

export class Latency {
  readonly #steps = new Uint32Array(STEPS);
  #count = 0;
  #max = 0;

  record(milliseconds: number): void {
    const step = Math.floor(Math.log(milliseconds / SHORTEST) * PER_STEP);
    const at = step > 0 ? Math.min(step, STEPS - 1) : 0;
    this.#steps[at] = this.#steps[at]! + 1;
    this.#count++;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** Of what was recorded since the last call; undefined when nothing was. */
  take(): Quantiles | undefined {
    if (this.#count === 0) return undefined;
    const quantiles = { p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: this.#max };
    this.#steps.fill(0);
    this.#count = 0;
    this.#max = 0;
    return quantiles;
  }

  #quantile(share: number): number {
    const rank = Math.ceil(share * this.#count);
    let step = 0;
    for (let below = this.#steps[0]!; below < rank; below += this.#steps[step]!) step++;
    return Math.min(SHORTEST * GROWTH ** (step + 0.5), this.#max);
  }
}
