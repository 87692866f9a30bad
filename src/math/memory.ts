/**
 * How much the values of a series weigh together: each 1 when it is new, and less as it grows old, by the number of
 * values since, or by the time since. Its inverse is the share of the newest in a mean.
 */

/** Places in its numbers. TIME is there only where memory is a duration. */
const WEIGHT = 0;
const TIME = 1;

export class Memory {
  /** Numbers of state, all zeros at first. */
  readonly width: number;
  readonly #points: number;
  readonly #seconds: number | undefined;
  readonly #warmup: number;
  readonly #leastLeft: number;

  /**
   * @param points that an old value counts for 37 % after, where no `seconds` are given
   * @param seconds that it does so after
   * @param warmup values, of which none is forgotten before there are more
   */
  constructor(points: number, seconds: number | undefined, warmup: number) {
    this.#points = points;
    this.#seconds = seconds;
    this.#warmup = warmup;
    // One step, however long, leaves as much as it takes for `warmup` values to count.
    this.#leastLeft = 1 - 1 / warmup;
    this.width = seconds === undefined ? 1 : 2;
  }

  /** Counts a value at `time` (seconds); answers what all weigh with it. */
  step(f64: Float64Array, at: number, time: number): number {
    const before = f64[at + WEIGHT]!;
    let weight = before + 1;
    if (this.#seconds !== undefined) weight = this.#left(f64, at, time, before, this.#seconds) + 1;
    else if (before >= this.#points) weight = before;
    f64[at + WEIGHT] = weight;
    return weight;
  }

  /** What is left of a weight at `time`. Time that runs backwards stands still. */
  #left(f64: Float64Array, at: number, time: number, weight: number, seconds: number): number {
    const elapsed = time - f64[at + TIME]!;
    f64[at + TIME] = time;
    if (weight < this.#warmup || !(elapsed > 0)) return weight;
    const left = Math.exp(-elapsed / seconds);
    return weight * (left > this.#leastLeft ? left : this.#leastLeft);
  }
}
