/**
 * When an incident is no longer one: what has stayed strange for so long is the new normal. It says so once for each
 * incident; what is done about it is the caller's.
 */

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

export class Acceptance {
  static readonly WIDTH = 3;

  readonly #at: number;
  readonly #after: number;
  readonly #from: number;

  /**
   * @param at of its numbers in the state
   * @param after seconds that an incident lasts until it is accepted; 0 for never
   * @param from seconds of a series' age; before, nothing is
   */
  constructor(at: number, after: number, from: number) {
    this.#at = at;
    this.#after = after;
    this.#from = from;
  }

  begin(state: Float64Array, time: number): void {
    state[this.#at + KNOWN_SINCE] = time;
  }

  /** True when it is time to take the incident for normal. */
  step(state: Float64Array, time: number, strangeness: number): boolean {
    const at = this.#at;
    // A clock that was ahead must not keep the series young for ever.
    if (time < state[at + KNOWN_SINCE]!) state[at + KNOWN_SINCE] = time;
    if (this.#after === 0 || time - state[at + KNOWN_SINCE]! < this.#from) return false;
    if (state[at + STATE] === CALM) {
      if (strangeness >= OPEN_AT) {
        state[at + STATE] = OPEN;
        state[at + SINCE] = time;
      }
      return false;
    }
    if (strangeness < CALM_BELOW) {
      state[at + STATE] = CALM;
      return false;
    }
    if (state[at + STATE] === ACCEPTED || time - state[at + SINCE]! < this.#after) return false;
    state[at + STATE] = ACCEPTED;
    return true;
  }
}
