/**
 * Score → verdict, by the policy of the instance. An alarm is the transition out of ok; it stays open while
 * the verdict is not ok, and every point meanwhile is flagged.
 */
import { Budget } from './budget.ts';
import type { Rows } from './detector.ts';
import { knowsTail, learnTail, surprise, TAIL_WIDTH } from './math/tail.ts';
import { alarmRate, type Direction, type Policy } from './policy.ts';

export const OK = 0;
export const WARNING = 1;
export const CRITICAL = 2;
export type Verdict = typeof OK | typeof WARNING | typeof CRITICAL;

/** By verdict, as annotations spell it. */
export const LEVELS = ['ok', 'warning', 'critical'] as const;

/** The judge's bit in the flags of the detector's row: an alarm is open. */
export const OPEN = 1;

/** Of the meaning of the judge's rows. */
export const JUDGE_VERSION = 2;

/** In place of a time. */
const NEVER = 0;

/** Of the largest score of an alarm; what is below it, and below the threshold, is calm. */
const PEAK_SHARE = 0.25;

/** See #leastChange; in thresholds of a detector that knows how rare its scores are. For others that is no measure of a change. */
const LEAST_CHANGE = 2.5;

/** Scores that say how rare one is; and the largest, so that its square is a float32. */
const MEMORY = 10_000;
const LARGEST_SCORE = 1e15;

export class Judge {
  /** float64s of a series' row; 0 where the policy remembers nothing. */
  readonly width: number;
  /** What the row holds. Policies of one layout can take up one another's rows. */
  readonly layout: string;
  /** Of the last score that was judged: the threshold that it was held against. */
  threshold: number;

  readonly #policy: JudgePolicy;
  readonly #budget: Budget | undefined;
  /** Places in the row; -1 for what is not kept. */
  readonly #last: number;
  /** Since when the score has been beyond the threshold; of an open alarm its begin, or when it was last accepted. */
  readonly #since: number;
  readonly #cooldown: number;
  /** Seconds in which an alarm comes back that ended before its calm had lasted so long; 0 where nobody left that to us. */
  readonly #backWithin: number;
  readonly #endAfter: number;
  /** Places in the row, in float32s: how rare scores are, and the largest one of an open alarm. */
  readonly #tail: number;
  readonly #peak: number;
  /** Of the largest score of an alarm: less is never accepted. */
  readonly #leastChange: number;

  /**
   * @param usual the detector's own idea of a threshold
   * @param decay of its scores, if it knows
   */
  constructor(policy: JudgePolicy, usual: number, decay?: number) {
    this.#policy = policy;
    this.threshold = policy.threshold ?? usual;
    this.#budget =
      policy.threshold === undefined
        ? new Budget(alarmRate(policy.max_false_alarms), usual, decay)
        : undefined;
    this.#leastChange = decay === undefined ? 0 : LEAST_CHANGE * usual;
    this.#cooldown = policy.cooldown ?? this.#budget?.cooldown ?? 0;
    this.#endAfter = policy.end_after ?? this.#budget?.endAfter ?? 0;
    const asked = policy.cooldown !== undefined || policy.end_after !== undefined || policy.min_duration > 0;
    this.#backWithin = asked ? 0 : this.#endAfter;
    // Beside a budget there is room for all, whatever the policy: no change of it may lose the tail that was learned.
    const budget = this.#budget !== undefined;
    const { min_duration, accept_after } = policy;
    let width = this.#budget?.width ?? 0;
    this.#tail = budget ? 2 * width : -1;
    this.#peak = budget ? this.#tail + TAIL_WIDTH : -1;
    if (budget) width += Math.ceil((TAIL_WIDTH + 1) / 2);
    this.#last = budget || this.#cooldown > 0 || this.#endAfter > 0 ? width++ : -1;
    this.#since = budget || min_duration > 0 || accept_after > 0 || this.#endAfter > 0 ? width++ : -1;
    this.width = width;
    this.layout = `${budget ? 'budget' : ''} ${this.#last} ${this.#since}`;
  }

  /** Whether the value is far enough from the expected one to be worth an alarm. */
  deviates(value: number, expected: number): boolean {
    const { min_deviation: least, min_deviation_ratio: ratio } = this.#policy;
    return Math.abs(value - expected) >= Math.max(least, ratio * Math.abs(expected));
  }

  /** How far the score goes in a direction that counts. */
  strangeness(score: number): number {
    return strangenessOf(score, this.#policy.direction);
  }

  /**
   * The level that a finite score reaches by itself, whatever was before; learns it.
   * @param rows where the judge's row of the series is, from `at` on; all zeros at first
   * @param time seconds, event time
   */
  level(rows: Rows, at: number, time: number, strangeness: number): Verdict {
    const budget = this.#budget;
    if (budget === undefined) return strangeness >= this.threshold ? WARNING : OK;
    budget.learn(rows, at, time, strangeness);
    this.threshold = budget.threshold(rows, at);
    if (strangeness < this.threshold || budget.isMute(rows, at, time)) return OK;
    return strangeness >= budget.criticalThreshold(rows, at) ? CRITICAL : WARNING;
  }

  /**
   * The verdict, when the level that the score reached, or OK instead, is held against what was before.
   * @param open whether an alarm is open
   */
  verdict(rows: Rows, at: number, time: number, strangeness: number, level: Verdict, open: boolean): Verdict {
    return open
      ? this.#goOn(rows, at, time, strangeness, level)
      : this.#begin(rows, at, time, strangeness, level);
  }

  #goOn(rows: Rows, at: number, time: number, strangeness: number, level: Verdict): Verdict {
    const { f64 } = rows;
    const calm = strangeness < this.#calmBelow(rows, at, strangeness);
    const ends = calm && this.#ends(f64, at, time);
    // What has ended early may come back, and keeps its begin and its peak for that.
    const early = this.#backWithin > 0 && time - f64[at + this.#last]! < this.#backWithin;
    if (ends && !early && this.#since >= 0) f64[at + this.#since] = NEVER;
    if ((ends || !calm) && this.#last >= 0) f64[at + this.#last] = time;
    if (ends) return OK;
    return level === OK ? WARNING : level;
  }

  #begin(rows: Rows, at: number, time: number, strangeness: number, level: Verdict): Verdict {
    const { f64, f32 } = rows;
    const last = this.#last >= 0 ? f64[at + this.#last]! : NEVER;
    const silent = last !== NEVER && time >= last ? time - last : Number.POSITIVE_INFINITY;
    let since = this.#since >= 0 ? f64[at + this.#since]! : NEVER;
    // What is from before the end of the last alarm is that alarm's.
    const ended = since !== NEVER && Number.isFinite(silent) && since <= last;
    const back = ended && silent <= this.#backWithin;
    if (this.#since >= 0 && !back) {
      if (ended || since > time || strangeness < this.#policy.hysteresis * this.threshold) since = NEVER;
      if (since === NEVER && level !== OK) since = time;
      f64[at + this.#since] = since;
      if (time - since < this.#policy.min_duration) return OK;
    }
    if (level === OK || (silent < this.#cooldown && !back)) return OK;
    if (this.#last >= 0) f64[at + this.#last] = time;
    if (this.#since >= 0 && !back) f64[at + this.#since] = time;
    const peak = 2 * at + this.#peak;
    if (this.#peak >= 0 && !(back && f32[peak]! > strangeness)) f32[peak] = strangeness;
    this.#budget?.alarmed(rows, at);
    return level;
  }

  /**
   * Whether the alarm that is open has been for so long that it is normal now. Its time begins again then. Of scores that
   * mean the same in every series, one that has hardly passed its threshold tells of no change that was sure.
   */
  accepts({ f64, f32 }: Rows, at: number, time: number): boolean {
    const { accept_after: after } = this.#policy;
    if (after === 0) return false;
    const since = f64[at + this.#since]!;
    // NEVER: it was opened under a policy that did not remember when.
    const known = since !== NEVER && since <= time;
    if (known && time - since < after) return false;
    if (this.#peak >= 0 && f32[2 * at + this.#peak]! < this.#leastChange) return false;
    f64[at + this.#since] = time;
    return known;
  }

  /** How rare such a score is in its series: -log10 of the share of the scores so far that reach it. NaN if not known. */
  surprise({ f32 }: Rows, at: number, strangeness: number): number {
    const tail = 2 * at + this.#tail;
    return this.#tail >= 0 && knowsTail(f32, tail) ? surprise(f32, tail, strangeness) : Number.NaN;
  }

  /** Learns how rare scores are, from every one of them. */
  learn({ f32 }: Rows, at: number, strangeness: number): void {
    const score = strangeness < LARGEST_SCORE ? strangeness : LARGEST_SCORE;
    if (this.#tail >= 0) learnTail(f32, 2 * at + this.#tail, score, MEMORY);
  }

  /**
   * Where calm begins: at a share of the threshold. A score that was far beyond and comes down slowly, as smoothed ones do,
   * need not go so far.
   */
  #calmBelow({ f32 }: Rows, at: number, strangeness: number): number {
    const low = this.#policy.hysteresis * this.threshold;
    if (this.#peak < 0) return low;
    const peak = 2 * at + this.#peak;
    if (strangeness > f32[peak]!) f32[peak] = strangeness;
    return Math.max(low, Math.min(PEAK_SHARE * f32[peak]!, this.threshold));
  }

  /** Calm ends an alarm that it has outlasted, and any at all that has lasted as long as the policy asks. */
  #ends(f64: Float64Array, at: number, time: number): boolean {
    if (this.#endAfter === 0) return true;
    const last = f64[at + this.#last]!;
    const calm = time - last;
    return calm < 0 || calm >= this.#endAfter || calm > last - f64[at + this.#since]!;
  }
}

/** How far a score goes in the direction. */
export function strangenessOf(score: number, direction: Direction): number {
  if (direction === 'both') return Math.abs(score);
  return direction === 'up' ? Math.max(score, 0) : Math.max(-score, 0);
}

export type JudgePolicy = Pick<
  Policy,
  | 'threshold'
  | 'max_false_alarms'
  | 'direction'
  | 'min_deviation'
  | 'min_deviation_ratio'
  | 'min_duration'
  | 'cooldown'
  | 'hysteresis'
  | 'end_after'
  | 'accept_after'
>;
