/**
 * What is remembered of an open alarm, where its begin and its end are told as points of their own: when it began,
 * and its strangest value so far. A row all zeros knows of none.
 */

import { OK, type Verdict } from './judge.ts';
import type { Step } from './prepare.ts';
import type { Page } from './state/frames.ts';

/** float64s of a row, and the version of their meaning. */
export const ALARM_WIDTH = 9;
export const ALARM_VERSION = 2;

// Places in the row. The time is int64 nanoseconds: its low word, then the high one.
const START = 0;
const LEVEL = 1;
const PEAK = 2;
const SCORE = 3;
const THRESHOLD = 4;
const BAND = 5;
const SURPRISE = 8;

const WORD = 2n ** 32n;

/** What is told of an alarm. */
export interface Alarm {
  readonly state: 'open' | 'end';
  /** The highest that it has reached. */
  readonly level: Verdict;
  /** Nanoseconds. */
  readonly start: bigint;
  readonly end: bigint | undefined;
  /** What was done to the values. */
  readonly steps?: readonly Step[] | undefined;
  /** The strangest value that the detector was given, with its score, how rare and held against what that was, and what had been expected. */
  readonly value: number;
  readonly score: number;
  /** NaN where it is not known. */
  readonly surprise: number;
  readonly threshold: number;
  readonly band: readonly number[] | undefined;
}

/** A value that was judged. */
export interface Judged {
  /** Of its time in nanoseconds. */
  readonly high: number;
  readonly low: number;
  readonly value: number;
  readonly steps?: readonly Step[] | undefined;
  readonly score: number;
  readonly surprise: number;
  readonly threshold: number;
  readonly verdict: Verdict;
  readonly band: readonly number[] | undefined;
}

/**
 * Takes the series' next value. Answers what is to be told: that an alarm has begun, or has ended.
 * @param open whether an alarm was open before the value
 */
export function follow(page: Page, at: number, judged: Judged, open: boolean): Alarm | undefined {
  const { f64, i32 } = page;
  // One that began while nobody wanted to be told is told of now.
  const known = open && f64[at + LEVEL] !== OK;
  if (judged.verdict === OK) {
    if (!known) return undefined;
    const alarm = told(page, at, judged, 'end', timeOf(judged.high, judged.low));
    f64.fill(0, at, at + ALARM_WIDTH);
    return alarm;
  }
  if (!known) {
    f64.fill(0, at, at + ALARM_WIDTH);
    i32[2 * (at + START)] = judged.low;
    i32[2 * (at + START) + 1] = judged.high;
  }
  f64[at + LEVEL] = Math.max(f64[at + LEVEL]!, judged.verdict);
  if (!known || Math.abs(judged.score) > Math.abs(f64[at + SCORE]!)) {
    f64[at + PEAK] = judged.value;
    f64[at + SCORE] = judged.score;
    f64[at + SURPRISE] = judged.surprise;
    f64[at + THRESHOLD] = judged.threshold;
    for (let i = 0; i < 3; i++) f64[at + BAND + i] = judged.band?.[i] ?? Number.NaN;
  }
  return known ? undefined : told(page, at, judged, 'open', undefined);
}

function told(
  { f64, i32 }: Page,
  at: number,
  { steps }: Judged,
  state: Alarm['state'],
  end: bigint | undefined,
): Alarm {
  const band = [...f64.subarray(at + BAND, at + BAND + 3)];
  return {
    state,
    level: f64[at + LEVEL] as Verdict,
    start: timeOf(i32[2 * (at + START) + 1]!, i32[2 * (at + START)]!),
    end,
    ...(steps && { steps }),
    value: f64[at + PEAK]!,
    score: f64[at + SCORE]!,
    surprise: f64[at + SURPRISE]!,
    threshold: f64[at + THRESHOLD]!,
    band: band.every(Number.isFinite) ? band : undefined,
  };
}

function timeOf(high: number, low: number): bigint {
  return BigInt(high) * WORD + BigInt(low >>> 0);
}
