/**
 * What is usual at this time of day: the day (of UTC) is cut into equal parts, and each has its level. Its residual
 * is the value's distance from that level.
 *
 * The levels are float32, as distances from an offset, which is the first value: a series around 10^9 that moves by
 * a few units would lose them in a float32 of its own. The counts of visits, 6 bits each, lie four to a float32,
 * which holds any integer of 24 bits exactly.
 */
import type { Rows } from '../../../src/detector.ts';
import type { Moment } from './moment.ts';

const DAY = 86_400;
const COUNT_BITS = 6;
const COUNT_MASK = (1 << COUNT_BITS) - 1;
const COUNTS_A_WORD = 4;

/** Places in the profile's numbers. */
const OFFSET = 0;
const DEVIATION = 1;
const RECENT = 2;

/** Mean deviations: what is learned of a value goes no further from the level. */
const LEARNED_DEVIATION = 3;
const CAPPED_AFTER = 20;
const DEVIATION_SHARE = 0.002;
/** Points over which the residual is averaged, to know the size of a shift. */
const RECENT_SHARE = 1 / 30;

export class Profile {
  /** Numbers of state, beside the levels and the counts. */
  static readonly WIDTH = 3;

  /** float32s of levels and counts in the row. */
  readonly floats: number;
  readonly #at: number;
  readonly #levels: number;
  readonly #counts: number;
  readonly #buckets: number;
  readonly #visits: number;
  /** Of the value at hand, in the unit of the field. */
  residual = 0;
  #bucket = 0;
  #level = 0;
  #word = 0;

  /**
   * @param at of the numbers in the state
   * @param floatsAt of the levels in the row, in float32s
   * @param visits memory of a bucket, at most 63
   */
  constructor(at: number, floatsAt: number, buckets: number, visits: number) {
    this.#at = at;
    this.#levels = floatsAt;
    this.#counts = floatsAt + buckets;
    this.#buckets = buckets;
    this.#visits = visits;
    this.floats = buckets + Math.ceil(buckets / COUNTS_A_WORD);
  }

  /** Of a new series. */
  begin(fresh: Float64Array, value: number): void {
    fresh[this.#at + OFFSET] = value;
  }

  /** What is expected at the time; where it has not been seen, what lies in the page at `mean`. */
  expected({ f64, f32 }: Rows, row: number, time: number, mean: number): number {
    const bucket = this.#bucketOf(time);
    const word = f32[2 * row + this.#counts + (bucket >> 2)]! | 0;
    if (((word >> shiftOf(bucket)) & COUNT_MASK) === 0) return f64[mean]!;
    return f64[row + this.#at + OFFSET]! + f32[2 * row + this.#levels + bucket]!;
  }

  /** Finds the residual of the value. Where the time of day has not been seen, `before` has at `mean` what is expected. */
  step({ f32 }: Rows, row: number, before: Float64Array, at: number, mean: number, now: Moment): void {
    const bucket = this.#bucketOf(now.time);
    const level = f32[2 * row + this.#levels + bucket]!;
    const word = f32[2 * row + this.#counts + (bucket >> 2)]! | 0;
    const offset = before[at + this.#at + OFFSET]!;
    const recent = before[at + this.#at + RECENT]!;
    const distance = now.value - offset;
    let residual = now.value - before[at + mean]!;
    if (((word >> shiftOf(bucket)) & COUNT_MASK) !== 0) {
      // A series that repeats itself to the last bit is not to be told from itself by the rounding of a level.
      residual = Math.fround(distance) === level ? 0 : distance - level;
    }
    this.residual = residual;
    this.#bucket = bucket;
    this.#level = level;
    this.#word = word;
    const share = now.share > RECENT_SHARE ? now.share : RECENT_SHARE;
    now.after[this.#at + OFFSET] = offset;
    now.after[this.#at + RECENT] = recent + share * (residual - recent);
  }

  /** The level of the whole day has moved by as much as the residual has been of late. */
  shift({ after }: Moment): void {
    const recent = after[this.#at + RECENT]!;
    after[this.#at + OFFSET]! += recent;
    after[this.#at + RECENT] = 0;
    this.residual -= recent;
  }

  /** Learns the value of the last `step`. The row changes by `keep` only. */
  learn(before: Float64Array, at: number, now: Moment): void {
    const deviation = before[at + this.#at + DEVIATION]!;
    const most = now.count > CAPPED_AFTER ? LEARNED_DEVIATION * deviation : Number.POSITIVE_INFINITY;
    const residual = this.residual > most ? most : this.residual < -most ? -most : this.residual;
    const share = now.share > DEVIATION_SHARE ? now.share : DEVIATION_SHARE;
    now.after[this.#at + DEVIATION] = deviation + share * (Math.abs(residual) - deviation);

    const shift = shiftOf(this.#bucket);
    let visits = (this.#word >> shift) & COUNT_MASK;
    if (visits < this.#visits) {
      visits++;
      this.#word += 1 << shift;
    }
    if (visits === 1) this.#level = now.value - now.after[this.#at + OFFSET]!;
    else this.#level += residual / visits;
  }

  /** Writes what was learned into the row. */
  keep({ f32 }: Rows, row: number): void {
    f32[2 * row + this.#levels + this.#bucket] = this.#level;
    f32[2 * row + this.#counts + (this.#bucket >> 2)] = this.#word;
  }

  #bucketOf(time: number): number {
    const second = time - DAY * Math.floor(time / DAY);
    const bucket = Math.floor((second * this.#buckets) / DAY);
    // A time just before midnight may round to it, from either side.
    return bucket >= 0 && bucket < this.#buckets ? bucket : 0;
  }
}

function shiftOf(bucket: number): number {
  return (bucket & (COUNTS_A_WORD - 1)) * COUNT_BITS;
}
