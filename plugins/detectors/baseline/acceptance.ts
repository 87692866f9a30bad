/**
 * When an incident is no longer one: what has stayed strange for so long is the new normal. It says so once for each
 * incident; what is done about it is the caller's.
 */
import type { Moment } from './moment.ts';

/** Places in its numbers. */
const STATE = 0;
const SINCE = 1;
const KNOWN_SINCE = 2;

const CALM = 0;
const OPEN = 1;
const ACCEPTED = 2;

/** Strangeness, smoothed: an incident begins at the one and ends below the other. */
const OPEN_AT = 1.5;
const CALM_BELOW = 0.75;

/** Smoothed, so that one value begins and ends nothing. */
export interface Strangeness {
  readonly incident: number;
}

export class Acceptance {
  /** Numbers of state. */
  readonly width = 3;

  readonly #at: number;
  readonly #after: number;
  readonly #from: number;

  /**
   * @param at of the numbers in the row
   * @param after seconds that an incident lasts until it is accepted; 0 for never
   * @param from seconds of a series' age; before, nothing is
   */
  constructor(at: number, after: number, from: number) {
    this.#at = at;
    this.#after = after;
    this.#from = from;
  }

  begin(fresh: Float64Array, time: number): void {
    fresh[this.#at + KNOWN_SINCE] = time;
  }

  /** True when it is time to take the incident for normal. */
  step(before: Float64Array, at: number, now: Moment, { incident }: Strangeness): boolean {
    const { after, time } = now;
    const from = at + this.#at;
    const state = before[from + STATE]!;
    const since = before[from + SINCE]!;
    // A clock that was ahead must not keep the series young for ever.
    const known = Math.min(before[from + KNOWN_SINCE]!, time);
    const opens = state === CALM && incident >= OPEN_AT && this.#after > 0 && time - known >= this.#from;
    const ends = state !== CALM && incident < CALM_BELOW;
    const accepts = state === OPEN && !ends && this.#after > 0 && time - since >= this.#after;
    after[this.#at + STATE] = opens ? OPEN : ends ? CALM : accepts ? ACCEPTED : state;
    after[this.#at + SINCE] = opens ? time : since;
    after[this.#at + KNOWN_SINCE] = known;
    return accepts;
  }
}
