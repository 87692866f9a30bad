/**
 * The value at hand, as all parts see it. There is one, filled anew for each value: a number that is handed to a
 * function or back may have to be allocated, and there would be dozens for each value.
 */
export class Moment {
  /** Of the series' values, with this one, from 1. */
  count = 0;
  /** 1 / count: what the value weighs at least in any mean, so that a young one is the plain mean. */
  share = 0;
  /** Seconds. */
  time = 0;
  /** In the unit of the field. */
  value = 0;
  /**
   * The row's numbers with the value learned. Each part fills all of its own, from those before, which lie in a
   * page and are not to be changed.
   */
  readonly after: Float64Array;
  /** The residual in each stream. */
  readonly residuals: Float64Array;

  /**
   * @param numbers of a row, beside the levels of its profiles
   * @param streams of residuals
   */
  constructor(numbers: number, streams: number) {
    this.after = new Float64Array(numbers);
    this.residuals = new Float64Array(streams);
  }
}
