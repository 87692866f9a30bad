/**
 * What the values just before let expect: a linear combination of the last ones, whose weights follow by normalised
 * least mean squares (Widrow & Hoff; normalised by Nagumo & Noda, 1967). Its residual is the error of the prediction.
 */
import type { Moment } from './moment.ts';

/** Places among the numbers: then the last values, standardised, newest first; then the weights of each order. */
const MEAN = 0;
const VARIANCE = 1;
const LAST = 2;

/** Standard deviations: values further out are learned as if they were there. */
const LARGEST = 6;
const CAPPED_AFTER = 20;
/** Before, the variance says nothing, and nor does a prediction. */
const VARIANCE_AFTER = 2;
const PREDICTED_AFTER = 5;
/** In the unit of the field; for a series that never moves. */
const SMALLEST = 1e-9;
/** Of the error, to the weights, for each value; also the most of an error, in standard deviations. */
const RATE = 0.02;
const LARGEST_ERROR = 1;
/** Keeps the norm of a quiet past from being zero. */
const LEAST_NORM = 0.5;

export class Autoregression {
  /** Numbers of state. */
  readonly width: number;
  readonly #at: number = 0;
  readonly #stream: number = 0;
  readonly #share: number = 0;
  /** From the shortest on: the longest moves the values on while it learns, so none may need them any more. */
  readonly #orders: Int32Array;
  readonly #longest: number = 0;

  /**
   * @param at of the numbers in the row
   * @param stream of the first order's residual
   * @param orders how many values each prediction is made from, in any order
   * @param points memory of the mean and the variance by which values are standardised
   */
  constructor(at: number, stream: number, orders: readonly number[], points: number) {
    this.#at = at;
    this.#stream = stream;
    this.#share = 1 / points;
    this.#orders = Int32Array.from(orders).sort();
    this.#longest = Math.max(...orders);
    this.width = LAST + this.#longest + orders.reduce((sum, order) => sum + order, 0);
  }

  /** A new series is expected to stay as it is. */
  begin(f64: Float64Array, row: number, value: number): void {
    f64[row + this.#at + MEAN] = value;
    let weights = row + this.#at + LAST + this.#longest;
    for (const order of this.#orders) {
      f64[weights] = 1;
      weights += order;
    }
  }

  step(f64: Float64Array, row: number, now: Moment): void {
    const { count } = now;
    const at = row + this.#at;
    const mean = f64[at + MEAN]!;
    const variance = f64[at + VARIANCE]!;
    const deviation = now.value - mean;
    const unit = (count > VARIANCE_AFTER ? Math.sqrt(variance) : Math.abs(deviation)) + SMALLEST;
    const value = deviation / unit;
    const capped = value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;

    const { residuals } = now;
    const stream = this.#stream;
    const orders = this.#orders;
    const last = at + LAST;
    let weights = last + this.#longest;
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]!;
      let predicted = 0;
      let norm = LEAST_NORM;
      for (let lag = 0; lag < order; lag++) {
        const past = f64[last + lag]!;
        predicted += f64[weights + lag]! * past;
        norm += past * past;
      }
      const error = capped - predicted;
      const learned = error > LARGEST_ERROR ? LARGEST_ERROR : error < -LARGEST_ERROR ? -LARGEST_ERROR : error;
      const rate = (RATE * learned) / norm;
      const moving = i === orders.length - 1;
      let newer = capped;
      for (let lag = 0; lag < order; lag++) {
        const past = f64[last + lag]!;
        f64[weights + lag]! += rate * past;
        if (!moving) continue;
        f64[last + lag] = newer;
        newer = past;
      }
      residuals[stream + i] = count > PREDICTED_AFTER ? (value - predicted) * unit : 0;
      weights += order;
    }

    const learned = count > CAPPED_AFTER ? capped * unit : deviation;
    const share = Math.max(now.share, this.#share);
    f64[at + MEAN] = mean + share * learned;
    f64[at + VARIANCE] = variance + share * (learned * learned - variance);
  }
}
