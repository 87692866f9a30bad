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
  readonly #at: number;
  readonly #stream: number;
  readonly #visits: number;
  /** For each cut: its parts, and where its levels begin in the row's float32s. */
  readonly #parts: Int32Array;
  readonly #begins: Int32Array;
  /** For each cut what will be written of the value at hand: the level of its part, and the word of its count. */
  readonly #part: Int32Array;
  readonly #level: Float64Array;
  readonly #word: Int32Array;

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
    this.#part = new Int32Array(parts.length);
    this.#level = new Float64Array(parts.length);
    this.#word = new Int32Array(parts.length);
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

  begin(fresh: Float64Array, value: number): void {
    fresh[this.#at + MEAN] = value;
    for (let cut = 0; cut < this.#parts.length; cut++) fresh[this.#number(cut) + OFFSET] = value;
  }

  /** What is expected at the time. */
  expected({ f64, f32 }: Rows, row: number, cut: number, time: number): number {
    const part = partOf(secondOf(time), this.#parts[cut]!);
    const group = 2 * row + this.#begins[cut]! + groupOf(part);
    const word = f32[group + LEVELS]! | 0;
    if (((word >> shiftOf(part)) & COUNT_MASK) === 0) return f64[row + this.#at + MEAN]!;
    return f64[row + this.#number(cut) + OFFSET]! + f32[group + (part & LEVEL_MASK)]!;
  }

  step({ f32 }: Rows, row: number, before: Float64Array, at: number, now: Moment): void {
    const { value, after } = now;
    const second = secondOf(now.time);
    const mean = before[at + this.#at + MEAN]!;
    const meanShare = Math.max(now.share, MEAN_SHARE);
    const recentShare = Math.max(now.share, RECENT_SHARE);
    after[this.#at + MEAN] = mean + meanShare * (value - mean);
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const part = partOf(second, this.#parts[cut]!);
      const group = 2 * row + this.#begins[cut]! + groupOf(part);
      const level = f32[group + (part & LEVEL_MASK)]!;
      const word = f32[group + LEVELS]! | 0;
      const number = this.#number(cut);
      const offset = before[at + number + OFFSET]!;
      const recent = before[at + number + RECENT]!;
      const distance = value - offset;
      let residual = value - mean;
      if (((word >> shiftOf(part)) & COUNT_MASK) !== 0) {
        // A series that repeats itself to the last bit is not to be told from itself by the rounding of a level.
        residual = Math.fround(distance) === level ? 0 : distance - level;
      }
      now.residuals[this.#stream + cut] = residual;
      after[number + OFFSET] = offset;
      after[number + DEVIATION] = before[at + number + DEVIATION]!;
      after[number + RECENT] = recent + recentShare * (residual - recent);
      this.#part[cut] = part;
      this.#level[cut] = level;
      this.#word[cut] = word;
    }
  }

  /** The whole day has moved by as much as the residual has been of late. */
  shift({ after, residuals }: Moment): void {
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const number = this.#number(cut);
      const recent = after[number + RECENT]!;
      after[number + OFFSET]! += recent;
      after[number + RECENT] = 0;
      residuals[this.#stream + cut]! -= recent;
    }
  }

  /** Learns the value of the last `step`. Levels and counts change by `keep` only. */
  learn(now: Moment): void {
    const { after } = now;
    const share = Math.max(now.share, DEVIATION_SHARE);
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const number = this.#number(cut);
      const residual = now.residuals[this.#stream + cut]!;
      const deviation = after[number + DEVIATION]!;
      const most = now.count > CAPPED_AFTER ? LEARNED_DEVIATION * deviation : Number.POSITIVE_INFINITY;
      const learned = residual > most ? most : residual < -most ? -most : residual;
      after[number + DEVIATION] = deviation + share * (Math.abs(learned) - deviation);

      const shift = shiftOf(this.#part[cut]!);
      let visits = (this.#word[cut]! >> shift) & COUNT_MASK;
      if (visits < this.#visits) {
        visits++;
        this.#word[cut]! += 1 << shift;
      }
      if (visits === 1) this.#level[cut] = now.value - after[number + OFFSET]!;
      else this.#level[cut]! += learned / visits;
    }
  }

  /** Writes what was learned into the row. */
  keep({ f32 }: Rows, row: number): void {
    for (let cut = 0; cut < this.#parts.length; cut++) {
      const part = this.#part[cut]!;
      const group = 2 * row + this.#begins[cut]! + groupOf(part);
      f32[group + (part & LEVEL_MASK)] = this.#level[cut]!;
      f32[group + LEVELS] = this.#word[cut]!;
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
