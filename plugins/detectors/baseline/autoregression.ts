/**
 * What the values just before let expect: a linear combination of the last ones, whose weights follow by normalised
 * least mean squares (Widrow & Hoff; normalised by Nagumo & Noda, 1967). Its residual is the error of the prediction.
 */
import type { Moment } from './moment.ts';

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

  begin(fresh: Float64Array, value: number): void {
    fresh[this.#at + MEAN] = value;
  }

  /** Standardises the value by what was there before, and learns it. */
  step(before: Float64Array, at: number, now: Moment): void {
    const mean = before[at + this.#at + MEAN]!;
    const variance = before[at + this.#at + VARIANCE]!;
    const deviation = now.value - mean;
    const unit = (now.count > VARIANCE_AFTER ? Math.sqrt(variance) : Math.abs(deviation)) + SMALLEST;
    const value = deviation / unit;
    const capped = value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
    const learned = now.count > CAPPED_AFTER ? capped * unit : deviation;
    const share = now.share > this.#share ? now.share : this.#share;
    this.value = value;
    this.capped = capped;
    this.unit = unit;
    const { after } = now;
    after[this.#at + MEAN] = mean + share * learned;
    after[this.#at + VARIANCE] = variance + share * (learned * learned - variance);
    const last = this.#at + LAST;
    after[last] = capped;
    for (let i = 1; i < this.#order; i++) after[last + i] = before[at + last + i - 1]!;
  }
}

export class Autoregression {
  /** Numbers of state: the weights. */
  readonly width: number;
  /** Of the value at hand, in the unit of the field. */
  residual = 0;
  readonly #at: number;
  readonly #history: History;

  /** @param history of at least `order` values */
  constructor(at: number, order: number, history: History) {
    this.#at = at;
    this.#history = history;
    this.width = order;
  }

  /** Of a new series: it goes on as it is. */
  begin(fresh: Float64Array): void {
    fresh[this.#at] = 1;
  }

  /** Finds the residual of the value that the history has just learned, and learns it. */
  step(before: Float64Array, at: number, { count, after }: Moment): void {
    const { value, capped, unit } = this.#history;
    const weights = at + this.#at;
    const last = at + this.#history.last;
    let predicted = 0;
    let norm = LEAST_NORM;
    for (let i = 0; i < this.width; i++) {
      const past = before[last + i]!;
      predicted += before[weights + i]! * past;
      norm += past * past;
    }
    const error = capped - predicted;
    const learned = error > LARGEST_ERROR ? LARGEST_ERROR : error < -LARGEST_ERROR ? -LARGEST_ERROR : error;
    const rate = (RATE * learned) / norm;
    for (let i = 0; i < this.width; i++) {
      after[this.#at + i] = before[weights + i]! + rate * before[last + i]!;
    }
    this.residual = count > PREDICTED_AFTER ? (value - predicted) * unit : 0;
  }
}
