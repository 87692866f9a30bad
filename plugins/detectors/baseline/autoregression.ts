/**
 * What the values just before let expect: a linear combination of the last ones, whose weights follow by normalised
 * least mean squares (Widrow & Hoff; normalised by Nagumo & Noda, 1967). Its residual is the error of the prediction.
 */

/** Places in the numbers of a history. */
const MEAN = 0;
const VARIANCE = 1;
const LAST = 2;

/** Standard deviations: values further out enter the history, the mean and the variance as if they were there. */
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
/** Keeps the norm of a quiet history from being zero. */
const LEAST_NORM = 0.5;

/** The last values of a series, standardised by a mean and a variance that follow slowly. */
export class History {
  readonly width: number;
  /** Of the value at hand: standardised, the same capped, and the unit in which that is. */
  value = 0;
  capped = 0;
  unit = 0;
  readonly #at: number;
  readonly #order: number;
  readonly #share: number;

  /**
   * @param at of its numbers in the state
   * @param order how many values it holds
   * @param points memory of mean and variance
   */
  constructor(at: number, order: number, points: number) {
    this.#at = at;
    this.#order = order;
    this.#share = 1 / points;
    this.width = LAST + order;
  }

  /** Where the newest value lies; the one before it follows. */
  get last(): number {
    return this.#at + LAST;
  }

  begin(state: Float64Array, value: number): void {
    state[this.#at + MEAN] = value;
  }

  /** Standardises the value by what was there before. */
  measure(state: Float64Array, count: number, value: number): void {
    const deviation = value - state[this.#at + MEAN]!;
    const usual = count > VARIANCE_AFTER ? Math.sqrt(state[this.#at + VARIANCE]!) : Math.abs(deviation);
    this.unit = usual + SMALLEST;
    this.value = deviation / this.unit;
    this.capped = this.value > LARGEST ? LARGEST : this.value < -LARGEST ? -LARGEST : this.value;
  }

  /** Learns the value that was measured last. */
  learn(state: Float64Array, count: number): void {
    for (let i = this.last + this.#order - 1; i > this.last; i--) state[i] = state[i - 1]!;
    state[this.last] = this.capped;
    const deviation = (count > CAPPED_AFTER ? this.capped : this.value) * this.unit;
    const share = 1 / count > this.#share ? 1 / count : this.#share;
    state[this.#at + MEAN]! += share * deviation;
    state[this.#at + VARIANCE]! += share * (deviation * deviation - state[this.#at + VARIANCE]!);
  }
}

export class Autoregression {
  /** Numbers of state: the weights. */
  readonly width: number;
  readonly #at: number;
  readonly #history: History;

  /** @param history of at least `order` values */
  constructor(at: number, order: number, history: History) {
    this.#at = at;
    this.#history = history;
    this.width = order;
  }

  /** Of a new series: it goes on as it is. */
  begin(state: Float64Array): void {
    state[this.#at] = 1;
  }

  /** The residual of the value that the history measured last, in the unit of the field; learns it. */
  step(state: Float64Array, count: number): number {
    const { last, value, capped, unit } = this.#history;
    const weights = this.#at;
    let predicted = 0;
    let norm = LEAST_NORM;
    for (let i = 0; i < this.width; i++) {
      const past = state[last + i]!;
      predicted += state[weights + i]! * past;
      norm += past * past;
    }
    const error = capped - predicted;
    const learned = error > LARGEST_ERROR ? LARGEST_ERROR : error < -LARGEST_ERROR ? -LARGEST_ERROR : error;
    const rate = (RATE * learned) / norm;
    for (let i = 0; i < this.width; i++) state[weights + i]! += rate * state[last + i]!;
    return count > PREDICTED_AFTER ? (value - predicted) * unit : 0;
  }
}
