/**
 * From the strangeness of each stream to that of the value, alone and with those before it: the spike head is the
 * weighted sum as it is, the incident head the sum smoothed over three spans.
 */

/** Each stream may add so much to the incident head: a single value is no incident however strange. */
const LARGEST_INCIDENT = 12;
const LARGEST_SPIKE = 1000;
/** Below 1, so that what lasts outweighs what is extreme. */
const POWER = 0.7;
/** Points over which the side is averaged that an incident is on. */
const LEAN_SHARE = 1 / 18;

export class Heads {
  readonly width: number;
  /** Of the value at hand; both 0 or more. */
  incident = 0;
  spike = 0;
  /** The side they are on: below 0 under what is usual, above 0 over it. */
  incidentLean = 0;
  spikeLean = 0;
  #sum = 0;
  readonly #at: number;
  readonly #shares: Float64Array;

  /**
   * @param at of its numbers in the state: the lean, then one for each span
   * @param spans of smoothing, in points
   */
  constructor(at: number, spans: readonly number[]) {
    this.#at = at;
    this.#shares = Float64Array.from(spans, (points) => 1 / points);
    this.width = 1 + spans.length;
  }

  /** Begins the sum for a value. */
  clear(): void {
    this.#sum = 0;
    this.spike = 0;
    this.spikeLean = 0;
  }

  /** Adds a stream's calibrated excess. `sided` is 0 for a stream whose sign says nothing of the value's, else 1. */
  add(excess: number, weight: number, sided: number): void {
    const size = excess < 0 ? -excess : excess;
    const capped = size > LARGEST_INCIDENT ? LARGEST_INCIDENT : size;
    this.#sum += weight * capped;
    this.spike += weight * (size > LARGEST_SPIKE ? LARGEST_SPIKE : size);
    this.spikeLean += sided * weight * (excess < 0 ? -capped : capped);
  }

  /** Ends the sum. */
  step(state: Float64Array, count: number): void {
    const first = 1 / count;
    const spans = this.#at + 1;
    const strangeness = this.#sum === 0 ? 0 : this.#sum ** POWER;
    let total = 0;
    for (let i = 0; i < this.#shares.length; i++) {
      const share = this.#shares[i]! > first ? this.#shares[i]! : first;
      const smooth = state[spans + i]! + share * (strangeness - state[spans + i]!);
      state[spans + i] = smooth;
      total += smooth;
    }
    this.incident = total / this.#shares.length;
    const share = LEAN_SHARE > first ? LEAN_SHARE : first;
    this.incidentLean = state[this.#at]! + share * (this.spikeLean - state[this.#at]!);
    state[this.#at] = this.incidentLean;
  }
}
