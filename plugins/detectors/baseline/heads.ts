/**
 * From the strangeness of each stream to that of the value, alone and with those before it: the spike head is the
 * weighted sum as it is, the incident head the sum smoothed over three spans.
 */
import type { Excesses } from '../../../src/math/calibrator.ts';
import type { Moment } from './moment.ts';

/** Each stream may add so much to the incident head: a single value is no incident however strange. */
const LARGEST_INCIDENT = 12;
const LARGEST_SPIKE = 1000;
/** Below 1, so that what lasts outweighs what is extreme. */
const POWER = 0.7;
/** Points over which the side is averaged that an incident is on. */
const LEAN_SHARE = 1 / 18;

export interface Stream {
  readonly weight: number;
  /** Above what is usual in this stream is above it in the field. */
  readonly sided: boolean;
}

export class Heads implements Excesses {
  /** Numbers of state. */
  readonly width: number;
  /** Of the value at hand; both 0 or more. */
  incident = 0;
  spike = 0;
  /** The side they are on: below 0 under what is usual, above 0 over it. */
  incidentLean = 0;
  spikeLean = 0;
  /** What the value at hand adds up to. */
  #sum = 0;
  #spike = 0;
  #lean = 0;
  readonly #at: number = 0;
  readonly #weights: Float64Array;
  /** The weights of the streams whose sign is the value's, 0 for the others. */
  readonly #sides: Float64Array;
  readonly #shares: Float64Array;

  /**
   * @param at of the numbers in the row: the lean, then one for each span
   * @param streams what each excess weighs, and whether its sign is the value's
   * @param spans of smoothing, in points
   */
  constructor(at: number, streams: readonly Stream[], spans: readonly number[]) {
    this.#at = at;
    this.#weights = Float64Array.from(streams, ({ weight }) => weight);
    this.#sides = Float64Array.from(streams, ({ weight, sided }) => (sided ? weight : 0));
    this.#shares = Float64Array.from(spans, (points) => 1 / points);
    this.width = 1 + spans.length;
  }

  /** The value is not usual in this stream. Each memory of each stream may say so, and most do not. */
  add(stream: number, excess: number): void {
    const weight = this.#weights[stream]!;
    const size = Math.abs(excess);
    const capped = Math.min(size, LARGEST_INCIDENT);
    this.#sum += weight * capped;
    this.#spike += weight * Math.min(size, LARGEST_SPIKE);
    this.#lean += this.#sides[stream]! * (excess < 0 ? -capped : capped);
  }

  /** Makes the heads of what was added since the last step. */
  step(f64: Float64Array, row: number, now: Moment): void {
    const sum = this.#sum;
    const lean = this.#lean;
    const strangeness = sum > 0 ? sum ** POWER : 0;
    const at = row + this.#at;
    const spans = at + 1;
    let total = 0;
    const shares = this.#shares;
    for (let i = 0; i < shares.length; i++) {
      const share = Math.max(shares[i]!, now.share);
      const smooth = f64[spans + i]! + share * (strangeness - f64[spans + i]!);
      f64[spans + i] = smooth;
      total += smooth;
    }
    const lasting = f64[at]! + Math.max(LEAN_SHARE, now.share) * (lean - f64[at]!);
    f64[at] = lasting;
    this.incident = total / shares.length;
    this.spike = this.#spike;
    this.incidentLean = lasting;
    this.spikeLean = lean;
    this.#sum = 0;
    this.#spike = 0;
    this.#lean = 0;
  }
}
