/**
 * Recognises a counter: a whole number that only grows, but for resets, which take it to nearly zero. From then on the
 * detector is given how fast it rises. What once falls by little is none, and is never looked at again.
 */
import { type Preparation, rate, type Step } from './prepare.ts';
import type { Page } from './state/frames.ts';
import { FLAGS, HEADER } from './state/page.ts';

/** So many values in a row must not fall, and so many of them must rise. */
const LEAST_VALUES = 100;
const LEAST_RISES = 50;
/** A fall to this share is a reset. One of 32 bits that wraps falls so far, if it grows by less than that in a step. */
const RESET_SHARE = 1 / 4;

// In the flags of the row: what the series was found to be, or how far the count has come.
const COUNTER = 1 << 1;
const OTHER = 1 << 2;
const VALUES_AT = 8;
const RISES_AT = 16;
const MOST = 0xff;

const RATE: readonly Step[] = ['non_negative_derivative'];
const AS_IT_IS: readonly Step[] = [];

export class Counter implements Preparation {
  readonly width = 1;
  steps: readonly Step[] = AS_IT_IS;
  isCounter = false;
  settled = false;

  next({ f64, i32 }: Page, at: number, elapsed: number, value: number): number {
    const place = 2 * at + FLAGS;
    const before = i32[place]!;
    this.settled = before === OTHER;
    if (this.settled) return this.#asItIs(value);
    const previous = elapsed > 0 ? f64[at + HEADER]! : Number.NaN;
    const found = lookedAt(before, previous, value);
    f64[at + HEADER] = value;
    i32[place] = found;
    if (found !== COUNTER) return this.#asItIs(value);
    this.steps = RATE;
    this.isCounter = true;
    const rising = rate(previous, value, elapsed);
    return Number.isFinite(rising) ? rising : Number.NaN;
  }

  #asItIs(value: number): number {
    this.steps = AS_IT_IS;
    this.isCounter = false;
    return value;
  }
}

/** The flags after the next value; `previous` is NaN where it is not known. */
function lookedAt(flags: number, previous: number, value: number): number {
  if (value < 0 || !Number.isInteger(value)) return OTHER;
  if (value < previous && value > RESET_SHARE * previous) return OTHER;
  if (flags === COUNTER) return COUNTER;
  // The first one, or a reset: the count begins.
  if (!(value >= previous)) return 0;
  const count = flags + (1 << VALUES_AT) + (value > previous ? 1 << RISES_AT : 0);
  if (((count >> VALUES_AT) & MOST) < LEAST_VALUES) return count;
  return ((count >> RISES_AT) & MOST) >= LEAST_RISES ? COUNTER : 0;
}
