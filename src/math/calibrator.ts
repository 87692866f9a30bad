/**
 * What of a stream is strange for that stream: turns a quantity of any unit and any distribution into "how far out
 * in its own tail", where 1 is the mean excess of its rare values. Two stages, both streaming and both robust:
 *
 *   distance   of the value from its long-run centre, in long-run mean deviations; what is learned is capped
 *   excess     of the distance over its own high quantile, in mean excesses: peaks over threshold, with an
 *              exponential tail whose quantile and mean excess are tracked by stochastic gradient descent
 */

/** Places in a stream's numbers, of which there are WIDTH. */
const CENTRE = 0;
const SPREAD = 1;
const QUANTILE = 2;
const EXCESS = 3;
const SCALE = 4;
const WIDTH = 5;

/** Values until the centre is trusted enough to cap what is learned, a distance to be one, an excess to be capped. */
const CAPPED_AFTER = 20;
const SETTLED_AFTER = 30;
const EXCESS_CAPPED_AFTER = 50;
/** Deviations: what is learned of a value goes no further from the centre. */
const LEARNED_DISTANCE = 6;
const LARGEST_DISTANCE = 1000;
/** Mean excesses: what is learned of an excess. */
const LEARNED_EXCESS = 8;
const LARGEST_EXCESS_SHARE = 0.3;
/** Of the mean distance, added to the mean excess, so that a tail without length is no division by nothing. */
const LEAST_EXCESS = 0.1;
/** Of the mean distance and the memory's share: the quantile's step. */
const QUANTILE_STEP = 3;
/** In the stream's unit; for one that never moves. */
const SMALLEST = 1e-12;

/**
 * Calibrates streams that bring their values together, each by its own state. It holds settings alone: the state is
 * the caller's, `width` numbers that begin as zeros. Values come and excesses go in arrays, as a number that is
 * handed to a function or back may have to be allocated.
 */
export class Calibrator {
  /** Numbers of state. */
  readonly width: number;
  readonly #quantiles: Float64Array;
  readonly #spreadShare: number;

  /**
   * @param quantiles for each stream that of its distances above which the tail begins: 0.97
   * @param spreadPoints memory of centre and deviation, in values
   */
  constructor(quantiles: readonly number[], spreadPoints: number) {
    this.#quantiles = Float64Array.from(quantiles);
    this.#spreadShare = 1 / spreadPoints;
    this.width = WIDTH * quantiles.length;
  }

  /**
   * Scores the values by what was there before, then learns them.
   * @param state holds this calibrator's numbers from `at`
   * @param count of values that each stream has had, with this one
   * @param tailShare of a value in the tail: 1 / its memory in values. It may change with each value
   * @param excesses is filled: 0 for a usual value, else the excess, negative for values below the centre
   */
  step(
    state: Float64Array,
    at: number,
    count: number,
    values: Float64Array,
    tailShare: number,
    excesses: Float64Array,
  ): void {
    const first = 1 / count;
    const spreading = Math.max(this.#spreadShare, first);
    const tailing = Math.max(tailShare, first);
    const settled = count > SETTLED_AFTER;
    const learnedDistance = count > CAPPED_AFTER ? LEARNED_DISTANCE : Number.POSITIVE_INFINITY;
    const learnedExcess = count > EXCESS_CAPPED_AFTER ? LEARNED_EXCESS : Number.POSITIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      const from = at + i * WIDTH;
      const value = values[i]!;
      const centre = count === 1 ? value : state[from + CENTRE]!;
      const spread = state[from + SPREAD]!;
      const deviation = value - centre;
      const unit = spread + SMALLEST;
      const most = learnedDistance * unit;
      const learned = deviation > most ? most : deviation < -most ? -most : deviation;
      state[from + CENTRE] = centre + spreading * learned;
      state[from + SPREAD] = spread + spreading * (Math.abs(learned) - spread);

      let distance = settled ? Math.abs(deviation) / unit : 0;
      if (distance > LARGEST_DISTANCE) distance = LARGEST_DISTANCE;
      const scale = state[from + SCALE]! + tailing * (distance - state[from + SCALE]!);
      const step = QUANTILE_STEP * tailing * scale;
      const quantile = state[from + QUANTILE]!;
      const mean = state[from + EXCESS]!;
      const above = this.#quantiles[i]!;
      state[from + SCALE] = scale;
      if (distance <= quantile) {
        state[from + QUANTILE] = quantile - step * (1 - above);
        excesses[i] = 0;
        continue;
      }
      const excess = distance - quantile;
      const far = mean > 0 && excess > learnedExcess * mean ? learnedExcess * mean : excess;
      const rate = tailing / (1 - above);
      state[from + QUANTILE] = quantile + step * above;
      state[from + EXCESS] =
        mean + (rate < LARGEST_EXCESS_SHARE ? rate : LARGEST_EXCESS_SHARE) * (far - mean);
      const strange = settled ? excess / (mean + LEAST_EXCESS * scale + SMALLEST) : 0;
      excesses[i] = deviation < 0 ? -strange : strange;
    }
  }

  /** Where the values of the stream have been on average. */
  centre(state: Float64Array, at: number, stream: number): number {
    return state[at + stream * WIDTH + CENTRE]!;
  }

  /** Mean deviation from the centre, in the stream's unit. */
  spread(state: Float64Array, at: number, stream: number): number {
    return state[at + stream * WIDTH + SPREAD]!;
  }

  /** The distance from the centre, in the stream's unit, that so small a share of values exceeds; at least the spread. */
  reach(state: Float64Array, at: number, stream: number, share: number): number {
    const from = at + stream * WIDTH;
    const beyond = Math.log((1 - this.#quantiles[stream]!) / share) * state[from + EXCESS]!;
    return Math.max(state[from + QUANTILE]! + beyond, 1) * state[from + SPREAD]!;
  }
}
