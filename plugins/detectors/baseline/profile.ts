/**
 * What is usual at this time of day. The day (of UTC) is cut into equal parts, and each part has its level, from
 * which the value's distance is the residual; it is cut more than once, coarse and fine.
 *
 * Levels are float32, as distances from an offset, which begins as the first value: a series around 10^9 that moves
 * by a few units would lose them in a float32 of its own. Every four are followed by their counts of visits, 6 bits
 * each in one float32, which holds any integer of 24 bits exactly: a row of 10,000 is not in the cache, and so a value
 * waits for one line of it less.
 */
import type { Rows } from '../../../src/detector.ts';
import type { Moment } from './moment.ts';

const DAY = 86_400;
const COUNT_BITS = 6;
const COUNT_MASK = (1 << COUNT_BITS) - 1;
/** Levels to a word of counts; with it, floats to a group. */
const LEVELS = 4;
const LEVEL_MASK = LEVELS - 1;
const GROUP = LEVELS + 1;

/** Places among the numbers: the mean of the series, then for each cut as many as EACH. */
const MEAN = 0;
const FIRST = 1;
const OFFSET = 0;
const DEVIATION = 1;
const RECENT = 2;
const EACH = 3;

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
  readonly width: number;
  /** float32s of levels and counts. */
  readonly floats: number;
  /** By each cut, at the time that was looked at last, or of the last step before it learned. */
  readonly expected: Float64Array;
  readonly #at: number;
  readonly #stream: number;
  readonly #visits: number;
  /** For each cut: its parts, and where its levels begin in the row's float32s. */
  readonly #parts: Int32Array;
  readonly #begins: Int32Array;

  /**
   * @param at of the numbers in the row
   * @param stream of the first cut's residual
   * @param parts into which the day is cut, once for each
   * @param visits memory of a part, at most 63
   */
  constructor(at: number, stream: number, parts: readonly number[], visits: number) {
    this.#at = at;
    this.#stream = stream;
    this.#visits = visits;
    this.width = FIRST + EACH * parts.length;
    this.#parts = Int32Array.from(parts);
    this.#begins = new Int32Array(parts.length);
    this.expected = new Float64Array(parts.length);
    let floats = 0;
    parts.forEach((count, cut) => {
      this.#begins[cut] = floats;
      floats += GROUP * Math.ceil(count / LEVELS);
    });
    this.floats = floats;
  }

  /** Levels and counts lie from here in a row, in float32s. */
  place(floats: number): void {
    for (let cut = 0; cut < this.#parts.length; cut++) this.#begins[cut]! += floats;
  }

  begin(f64: Float64Array, row: number, value: number): void {
    f64[row + this.#at + MEAN] = value;
    for (let cut = 0; cut < this.#parts.length; cut++) f64[row + this.#number(cut) + OFFSET] = value;
  }

  /** Fills `expected` for the time. */
  look({ f64, f32 }: Rows, row: number, time: number): void {
    const second = secondOf(time);
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const part = partOf(second, this.#parts[cut]!);
      const group = 2 * row + this.#begins[cut]! + groupOf(part);
      const word = f32[group + LEVELS]! | 0;
      const level = f64[row + this.#number(cut) + OFFSET]! + f32[group + (part & LEVEL_MASK)]!;
      const seen = ((word >> shiftOf(part)) & COUNT_MASK) > 0;
      this.expected[cut] = seen ? level : f64[row + this.#at + MEAN]!;
    }
  }

  step({ f64, f32 }: Rows, row: number, now: Moment): void {
    const { value, count } = now;
    const second = secondOf(now.time);
    const mean = f64[row + this.#at + MEAN]!;
    const recentShare = Math.max(now.share, RECENT_SHARE);
    const deviationShare = Math.max(now.share, DEVIATION_SHARE);
    f64[row + this.#at + MEAN] = mean + Math.max(now.share, MEAN_SHARE) * (value - mean);
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const part = partOf(second, this.#parts[cut]!);
      const group = 2 * row + this.#begins[cut]! + groupOf(part);
      const place = group + (part & LEVEL_MASK);
      const level = f32[place]!;
      const word = f32[group + LEVELS]! | 0;
      const number = row + this.#number(cut);
      const offset = f64[number + OFFSET]!;
      const distance = value - offset;
      let visits = (word >> shiftOf(part)) & COUNT_MASK;
      let residual = value - mean;
      if (visits > 0) {
        // A series that repeats itself to the last bit is not to be told from itself by the rounding of a level.
        residual = Math.fround(distance) === level ? 0 : distance - level;
      }
      now.residuals[this.#stream + cut] = residual;
      this.expected[cut] = visits > 0 ? offset + level : mean;

      const deviation = f64[number + DEVIATION]!;
      const most = count > CAPPED_AFTER ? LEARNED_DEVIATION * deviation : Number.POSITIVE_INFINITY;
      const learned = residual > most ? most : residual < -most ? -most : residual;
      f64[number + DEVIATION] = deviation + deviationShare * (Math.abs(learned) - deviation);
      f64[number + RECENT]! += recentShare * (residual - f64[number + RECENT]!);
      if (visits < this.#visits) {
        visits++;
        f32[group + LEVELS] = word + (1 << shiftOf(part));
      }
      f32[place] = visits === 1 ? distance : level + learned / visits;
    }
  }

  /** The whole day has moved by as much as the residual has been of late. */
  shift(f64: Float64Array, row: number): void {
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const number = row + this.#number(cut);
      f64[number + OFFSET]! += f64[number + RECENT]!;
      f64[number + RECENT] = 0;
    }
  }

  #number(cut: number): number {
    return this.#at + FIRST + EACH * cut;
  }
}

function secondOf(time: number): number {
  return time - DAY * Math.floor(time / DAY);
}

/** A time just before midnight may round to it, from either side. */
function partOf(second: number, parts: number): number {
  const part = Math.floor((second * parts) / DAY);
  return part >= 0 && part < parts ? part : 0;
}

/** Where the part's group begins, after the first of its cut. */
function groupOf(part: number): number {
  return GROUP * (part >> 2);
}

function shiftOf(part: number): number {
  return (part & LEVEL_MASK) * COUNT_BITS;
}
