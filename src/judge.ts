/**
 * Score → verdict, by the policy of the instance. An alarm is the transition out of ok; it stays open while
 * the verdict is not ok, and every point meanwhile is flagged.
 */
import type { Policy } from './policy.ts';

export const OK = 0;
export const WARNING = 1;
export const CRITICAL = 2;
export type Verdict = typeof OK | typeof WARNING | typeof CRITICAL;

/** By verdict, as annotations spell it. */
export const LEVELS = ['ok', 'warning', 'critical'] as const;

/** The judge's bit in a row's flags: an alarm is open. */
export const OPEN = 1;

export class Judge {
  readonly threshold: number;
  readonly #upper: number;
  readonly #lower: number;

  constructor({ threshold, direction }: Pick<Policy, 'threshold' | 'direction'>) {
    this.threshold = threshold;
    this.#upper = direction === 'down' ? Number.POSITIVE_INFINITY : threshold;
    this.#lower = direction === 'up' ? Number.NEGATIVE_INFINITY : -threshold;
  }

  /** The verdict on a finite score. A fixed threshold knows one level. */
  judge(score: number): Verdict {
    return score >= this.#upper || score <= this.#lower ? WARNING : OK;
  }
}
