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

/** How a stream is calibrated. */
export interface Tail {
  /** Where the values have been on average. */
  centre: number;
  /** Mean deviation from it, in the stream's unit. */
  spread: number;
  /** In spreads. */
  quantile: number;
  /** Mean, in spreads. */
  excess: number;
}

/** Where a calibrator tells what it finds. */
export interface Excesses {
  /** The excess of a value that is not usual, negative for one below the centre. */
  add(stream: number, excess: number): void;
}

/**
 * Calibrates streams that bring their values together, each by its own state. It holds settings alone: the state is
 * the caller's, `width` numbers that begin as zeros. Values come in an array, and only what is rare is handed on, as a
 * number that is handed to a function may have to be allocated.
 */
export class Calibrator {
  /** Numbers of state. */
  readonly width: number;
  /** What a value weighs in the tail: 1 / its memory in values. It may change with each value. */
  tailShare = 0;
  /** For each stream the share of its values in the tail. */
  readonly #rare: Float64Array;
  readonly #spreadShare: number = 0;

  /**
   * @param quantiles for each stream that of its distances above which the tail begins: 0.97
   * @param spreadPoints memory of centre and deviation, in values
   */
  constructor(quantiles: readonly number[], spreadPoints: number) {
    this.#rare = Float64Array.from(quantiles, (quantile) => 1 - quantile);
    this.#spreadShare = 1 / spreadPoints;
    this.width = WIDTH * quantiles.length;
  }

  /**
   * Scores the values by what was there before, then learns them.
   * @param state holds this calibrator's numbers from `at`
   * @param count of values that each stream has had, with this one
   */
  step(state: Float64Array, at: number, count: number, values: Float64Array, excesses: Excesses): void {
    const rare = this.#rare;
    const streams = rare.length;
    if (count === 1) for (let i = 0; i < streams; i++) state[at + i * WIDTH + CENTRE] = values[i]!;
    const share = 1 / count;
    const { tailShare } = this;
    const spreadShare = this.#spreadShare;
    // Math.max would be worked out in each turn; a field that is first read late would undo the compiled code then.
    const spreading = spreadShare > share ? spreadShare : share;
    const tailing = tailShare > share ? tailShare : share;
    const stepping = QUANTILE_STEP * tailing;
    const settled = count > SETTLED_AFTER;
    const farthest = count > CAPPED_AFTER ? LEARNED_DISTANCE : Number.POSITIVE_INFINITY;
    for (let i = 0, from = at; i < streams; i++, from += WIDTH) {
      const centre = state[from + CENTRE]!;
      const spread = state[from + SPREAD]!;
      const unit = spread + SMALLEST;
      const deviation = values[i]! - centre;
      let distance = deviation / unit;
      let learned = deviation;
      if (Math.abs(distance) > farthest) {
        learned = distance < 0 ? -farthest * unit : farthest * unit;
        distance = Math.max(-LARGEST_DISTANCE, Math.min(distance, LARGEST_DISTANCE));
      }
      state[from + CENTRE] = centre + spreading * learned;
      state[from + SPREAD] = spread + spreading * (Math.abs(learned) - spread);
      if (!settled) continue;

      const size = Math.abs(distance);
      const scale = state[from + SCALE]! + tailing * (size - state[from + SCALE]!);
      const quantile = state[from + QUANTILE]!;
      state[from + SCALE] = scale;
      if (size <= quantile) state[from + QUANTILE] = quantile - stepping * scale * rare[i]!;
      else excesses.add(i, this.#exceed(state, from, i, count, tailing, distance));
    }
  }

  /** Learns a distance over the quantile. Answers its excess. */
  #exceed(
    state: Float64Array,
    from: number,
    stream: number,
    count: number,
    tailing: number,
    distance: number,
  ): number {
    const quantile = state[from + QUANTILE]!;
    const mean = state[from + EXCESS]!;
    const scale = state[from + SCALE]!;
    const rare = this.#rare[stream]!;
    const excess = Math.abs(distance) - quantile;
    const most = count > EXCESS_CAPPED_AFTER && mean > 0 ? LEARNED_EXCESS * mean : Number.POSITIVE_INFINITY;
    state[from + QUANTILE] = quantile + QUANTILE_STEP * tailing * scale * (1 - rare);
    state[from + EXCESS] =
      mean + Math.min(tailing / rare, LARGEST_EXCESS_SHARE) * (Math.min(excess, most) - mean);
    const strange = excess / (mean + LEAST_EXCESS * scale + SMALLEST);
    return distance < 0 ? -strange : strange;
  }

  /** Mean deviation from the centre, in the stream's unit. */
  spread(state: Float64Array, at: number, stream: number): number {
    return state[at + stream * WIDTH + SPREAD]!;
  }

  /** Copies how the stream is calibrated. */
  keep(state: Float64Array, at: number, stream: number, tail: Tail): void {
    const from = at + stream * WIDTH;
    tail.centre = state[from + CENTRE]!;
    tail.spread = state[from + SPREAD]!;
    tail.quantile = state[from + QUANTILE]!;
    tail.excess = state[from + EXCESS]!;
  }

  /** The distance from the centre, in the stream's unit, that so small a share of values exceeds; at least the spread. */
  reach({ spread, quantile, excess }: Tail, stream: number, share: number): number {
    return Math.max(quantile + Math.log(this.#rare[stream]! / share) * excess, 1) * spread;
  }
}
