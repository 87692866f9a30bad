/**
 * What of a stream is strange for that stream: turns a quantity of any unit and any distribution into "how far out
 * in its own tail", where 1 is the mean excess of its rare values. Two stages, both streaming and both robust:
 *
 *   distance   of the value from its long-run centre, in long-run mean deviations; what is learned is capped
 *   excess     of the distance over its own high quantile, in mean excesses: peaks over threshold, with an
 *              exponential tail whose quantile and mean excess are tracked by stochastic gradient descent
 */

/** Places in a calibrator's state. */
const CENTRE = 0;
const SPREAD = 1;
const QUANTILE = 2;
const EXCESS = 3;
const SCALE = 4;

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

/** Settings alone: the state is the caller's, `WIDTH` numbers that begin as zeros. */
export class Calibrator {
  /** Numbers of state. */
  static readonly WIDTH = 5;

  readonly #quantile: number;
  readonly #spreadShare: number;

  /**
   * @param quantile of the distances, above which the tail begins: 0.97
   * @param spreadPoints memory of centre and deviation, in values
   */
  constructor(quantile: number, spreadPoints: number) {
    this.#quantile = quantile;
    this.#spreadShare = 1 / spreadPoints;
  }

  /**
   * Scores the value by what was there before, then learns it.
   * @param state holds this calibrator's numbers from `at`
   * @param count of the stream's values with this one, from 1
   * @param tailShare 1 / memory of the tail in values; it may change with each
   * @return 0 for a usual value, else the excess, negative for values below the centre
   */
  step(state: Float64Array, at: number, count: number, value: number, tailShare: number): number {
    const first = 1 / count;
    if (count === 1) state[at + CENTRE] = value;
    const spread = state[at + SPREAD]!;
    const deviation = value - state[at + CENTRE]!;
    const size = Math.abs(deviation);
    const unit = spread + SMALLEST;
    let distance = 0;
    if (count > SETTLED_AFTER) {
      distance = size / unit;
      if (distance > LARGEST_DISTANCE) distance = LARGEST_DISTANCE;
    }
    let learned = size;
    if (count > CAPPED_AFTER && learned > LEARNED_DISTANCE * unit) learned = LEARNED_DISTANCE * unit;
    const spreadShare = this.#spreadShare > first ? this.#spreadShare : first;
    state[at + CENTRE]! += spreadShare * (deviation < 0 ? -learned : learned);
    state[at + SPREAD] = spread + spreadShare * (learned - spread);
    const excess = this.#exceed(state, at, count, distance, tailShare > first ? tailShare : first);
    return deviation < 0 ? -excess : excess;
  }

  #exceed(state: Float64Array, at: number, count: number, distance: number, share: number): number {
    const above = this.#quantile;
    const quantile = state[at + QUANTILE]!;
    const mean = state[at + EXCESS]!;
    const scale = state[at + SCALE]! + share * (distance - state[at + SCALE]!);
    const step = QUANTILE_STEP * share * scale;
    state[at + SCALE] = scale;
    if (distance <= quantile) {
      state[at + QUANTILE] = quantile - step * (1 - above);
      return 0;
    }
    const excess = distance - quantile;
    const most = LEARNED_EXCESS * mean;
    const learned = count > EXCESS_CAPPED_AFTER && mean > 0 && excess > most ? most : excess;
    const rate = share / (1 - above);
    state[at + EXCESS] =
      mean + (rate < LARGEST_EXCESS_SHARE ? rate : LARGEST_EXCESS_SHARE) * (learned - mean);
    state[at + QUANTILE] = quantile + step * above;
    return count > SETTLED_AFTER ? excess / (mean + LEAST_EXCESS * scale + SMALLEST) : 0;
  }

  /** Where the values have been on average. */
  centre(state: Float64Array, at: number): number {
    return state[at + CENTRE]!;
  }

  /** Mean deviation from the centre, in the stream's unit. */
  spread(state: Float64Array, at: number): number {
    return state[at + SPREAD]!;
  }

  /** The distance from the centre, in the stream's unit, that so small a share of values exceeds. */
  reach(state: Float64Array, at: number, share: number): number {
    const beyond = Math.log((1 - this.#quantile) / share) * state[at + EXCESS]!;
    const distance = state[at + QUANTILE]! + beyond;
    return distance > 0 ? distance * state[at + SPREAD]! : 0;
  }
}
