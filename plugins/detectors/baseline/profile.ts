/**
 * What is usual at this time of day. The day (of UTC) is cut into equal parts, and each part has its level, from
 * which the value's distance is the residual.
 *
 * Levels are float32, as distances from an offset, which begins as the first value: a series around 10^9 that moves
 * by a few units would lose them in a float32 of its own. Every four are followed by their counts of visits, 6 bits
 * each in one float32, which holds any integer of 24 bits exactly: a row of 10,000 is not in the cache, and so a value
 * waits for one line of it less.
 */
import type { Rows } from '../../../src/detector.ts';
import type { Moment } from './moment.ts';

export const DAY = 86_400;
const COUNT_BITS = 6;
const COUNT_MASK = (1 << COUNT_BITS) - 1;
/** Levels to a word of counts; with it, floats to a group. */
const LEVELS = 4;
const LEVEL_MASK = LEVELS - 1;
const GROUP = LEVELS + 1;

/** Places among the numbers. */
const MEAN = 0;
const OFFSET = 1;
const DEVIATION = 2;
const RECENT = 3;

/** A time of day that has not been seen is expected to be like the last 100 values. */
const MEAN_SHARE = 1 / 100;
/** Mean deviations: what is learned of a value goes no further from the level. */
const LEARNED_DEVIATION = 3;
const CAPPED_AFTER = 20;
const DEVIATION_SHARE = 0.002;
/** Points over which the residual is averaged, to know the size of a shift. */
const RECENT_SHARE = 1 / 30;

export class Profile {
  /** Numbers of state, beside levels and counts. */
  readonly width = 4;
  /** At the time that was looked at last, or of the last step before it learned. */
  expected = 0;
  readonly #at: number = 0;
  readonly #stream: number = 0;
  readonly #parts: number = 0;
  readonly #visits: number = 0;
  readonly #visit: number = 0;
  /** Where levels and counts begin in the row's float32s. */
  #levels = 0;

  /**
   * @param at of the numbers in the row
   * @param stream of the residual
   * @param parts into which the day is cut
   * @param visits memory of a part, at most 63
   * @param visit seconds: values that come more often share one visit; 0: each is one
   */
  constructor(at: number, stream: number, parts: number, visits: number, visit: number) {
    this.#at = at;
    this.#stream = stream;
    this.#parts = parts;
    this.#visits = visits;
    this.#visit = visit;
  }

  /** Levels and counts lie in a row from here on, in float32s. Answers where they end. */
  place(floats: number): number {
    this.#levels = floats;
    return floats + GROUP * Math.ceil(this.#parts / LEVELS);
  }

  begin(f64: Float64Array, row: number, value: number): void {
    f64[row + this.#at + MEAN] = value;
    f64[row + this.#at + OFFSET] = value;
  }

  /** Fills `expected` for the second of the day. */
  look({ f64, f32 }: Rows, row: number, second: number): void {
    const at = row + this.#at;
    const part = partOf(second, this.#parts);
    const group = 2 * row + this.#levels + GROUP * (part >> 2);
    const seen = ((f32[group + LEVELS]! >> shiftOf(part)) & COUNT_MASK) > 0;
    this.expected = seen ? f64[at + OFFSET]! + f32[group + (part & LEVEL_MASK)]! : f64[at + MEAN]!;
  }

  step({ f64, f32 }: Rows, row: number, now: Moment): void {
    const { value, share } = now;
    const at = row + this.#at;
    const part = partOf(now.second, this.#parts);
    const group = 2 * row + this.#levels + GROUP * (part >> 2);
    const place = group + (part & LEVEL_MASK);
    const word = f32[group + LEVELS]! | 0;
    const level = f32[place]!;
    const mean = f64[at + MEAN]!;
    const offset = f64[at + OFFSET]!;
    const distance = value - offset;
    let visits = (word >> shiftOf(part)) & COUNT_MASK;
    let residual = value - mean;
    this.expected = mean;
    if (visits > 0) {
      // A series that repeats itself to the last bit is not to be told from itself by the rounding of a level.
      residual = Math.fround(distance) === level ? 0 : distance - level;
      this.expected = offset + level;
    }
    now.residuals[this.#stream] = residual;

    const deviation = f64[at + DEVIATION]!;
    const most = now.count > CAPPED_AFTER ? LEARNED_DEVIATION * deviation : Number.POSITIVE_INFINITY;
    const learned = residual > most ? most : residual < -most ? -most : residual;
    f64[at + MEAN] = mean + Math.max(share, MEAN_SHARE) * (value - mean);
    f64[at + DEVIATION] = deviation + Math.max(share, DEVIATION_SHARE) * (Math.abs(learned) - deviation);
    f64[at + RECENT] = f64[at + RECENT]! + Math.max(share, RECENT_SHARE) * (residual - f64[at + RECENT]!);
    // An integer: the remainder of a division of others is slow. There is no gap yet at the first value.
    const shared = Math.max(1, Math.round(this.#visit / now.gap) | 0);
    const first = visits === 0;
    if (first || (visits < this.#visits && now.count % shared === 0)) {
      visits++;
      f32[group + LEVELS] = word + (1 << shiftOf(part));
    }
    f32[place] = first ? distance : level + learned / (visits * shared);
  }

  /** The whole day has moved by as much as the residual has been of late. */
  shift(f64: Float64Array, row: number): void {
    const at = row + this.#at;
    f64[at + OFFSET]! += f64[at + RECENT]!;
    f64[at + RECENT] = 0;
  }
}

/** By UTC. */
export function secondOf(time: number): number {
  return time - DAY * Math.floor(time / DAY);
}

/** A time just before midnight may round to it, from either side. */
function partOf(second: number, parts: number): number {
  const part = Math.floor((second * parts) / DAY);
  return part >= 0 && part < parts ? part : 0;
}

function shiftOf(part: number): number {
  return (part & LEVEL_MASK) * COUNT_BITS;
}
