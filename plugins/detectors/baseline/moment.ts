/**
 * The value at hand, as all parts see it. There is one, filled anew for each value: a number that is handed to a
 * function or back may have to be allocated, and there would be dozens for each value. For the same reason each
 * number of a part is 0 where it is declared: what begins as undefined is kept as something that may be anything.
 */
export class Moment {
  /** Of the series' values, with this one, from 1. */
  count = 0;
  /** 1 / count: what the value weighs at least in any mean, so that a young one is the plain mean. */
  share = 0;
  /** Seconds. */
  time = 0;
  /** Of the day, by UTC. */
  second = 0;
  /** Seconds between values, on average. */
  gap = 0;
  /** In the unit of the field. */
  value = 0;
  /** In each stream. */
  readonly residuals: Float64Array;

  /** @param streams of residuals */
  constructor(streams: number) {
    this.residuals = new Float64Array(streams);
  }
}
