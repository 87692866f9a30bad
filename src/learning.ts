/**
 * One value of one series: score, judge, learn. What an anomaly may teach is decided here, for every detector alike.
 *
 * A detector that bounds that by itself scores and learns at once. For any other a value of an open alarm is
 * winsorised: it is learned as if it had been no further out than a usual one; and few of them are learned, so that what
 * remembers a number of values does not forget within minutes what was usual. An alarm that goes on for long enough is
 * no longer one, and the detector is told so.
 */
import type { Instance, Rows } from './detector.ts';
import { type Judge, OK, type Verdict } from './judge.ts';
import type { Policy } from './policy.ts';

export type LearningPolicy = Pick<Policy, 'hold' | 'score_fields'>;

/** Of the way from the expected value to the end of the band: a standard deviation or so, which leaves that as it is. */
const USUAL = 1 / 3;

/** Seconds, of which an open alarm teaches one value: two hours then are too short for any memory to take them for usual. */
const LESSON = 180;

export class Learning {
  /** Of the last value. */
  score = 0;
  /** [expected, lower, upper] in field units as they stood before it; only of a value that may be flagged, or all. */
  band: Float64Array | undefined;
  /** How rare its score is in its series, as -log10 of a share; NaN where that is not known, or nobody will ask. */
  surprise = Number.NaN;
  /** Somebody asks for both of every value. */
  observed = false;

  readonly #instance: Instance;
  readonly #judge: Judge;
  readonly #hold: boolean;
  /** What is not flagged is told of too. */
  readonly #everything: boolean;
  /** Nothing stands between scoring and learning. */
  readonly #atOnce: boolean;
  readonly #limits = new Float64Array(3);

  constructor(instance: Instance, judge: Judge, { hold, score_fields }: LearningPolicy) {
    this.#instance = instance;
    this.#judge = judge;
    this.#hold = hold;
    this.#everything = score_fields;
    this.#atOnce = instance.update !== undefined && !hold;
  }

  /**
   * Takes the series' next value. A score that is not finite is never an alarm.
   * @param rows where the detector's row is, from `at` on; both rows are all zeros at first
   * @param judged where the judge's row is, from `own` on
   * @param time seconds, event time
   * @param open whether the verdict before was not OK
   * @param elapsed seconds since the series' value before
   */
  step(
    rows: Rows,
    at: number,
    judged: Rows,
    own: number,
    time: number,
    value: number,
    open: boolean,
    elapsed: number,
  ): Verdict {
    const instance = this.#instance;
    const score = this.#atOnce
      ? instance.update!(rows, at, time, value)
      : instance.score(rows, at, time, value);
    this.score = score;
    this.band = undefined;
    this.surprise = Number.NaN;
    const verdict = Number.isFinite(score) ? this.#verdict(rows, at, judged, own, time, value, open) : OK;
    if (!this.#atOnce) this.#learn(rows, at, time, value, verdict, elapsed);
    if (verdict !== OK && this.#judge.accepts(judged, own, time)) this.#accept(rows, at);
    return verdict;
  }

  #verdict(
    rows: Rows,
    at: number,
    judged: Rows,
    own: number,
    time: number,
    value: number,
    open: boolean,
  ): Verdict {
    const judge = this.#judge;
    const strangeness = judge.strangeness(this.score);
    let level = judge.level(judged, own, time, strangeness);
    if (level !== OK || open || this.observed) this.#look(rows, at, time);
    if (this.band !== undefined && !judge.deviates(value, this.band[0]!)) level = OK;
    const verdict = judge.verdict(judged, own, time, strangeness, level, open);
    if (verdict !== OK || this.#everything || this.observed)
      this.surprise = judge.surprise(judged, own, strangeness);
    judge.learn(judged, own, strangeness);
    return verdict;
  }

  /** What is expected, if the detector can tell. */
  #look(rows: Rows, at: number, time: number): void {
    if (this.#instance.band === undefined) return;
    this.#instance.band(rows, at, time, this.#limits);
    if (this.#limits.every(Number.isFinite)) this.band = this.#limits;
  }

  #learn(rows: Rows, at: number, time: number, value: number, verdict: Verdict, elapsed: number): void {
    if (verdict !== OK && this.#hold) return;
    let learned = value;
    // What a detector that expects nothing is given cannot be winsorised.
    if (verdict !== OK && this.band !== undefined) {
      if (Math.floor(time / LESSON) === Math.floor((time - elapsed) / LESSON)) return;
      learned = winsorised(value, this.band);
    }
    this.#instance.learn(rows, at, time, learned);
  }

  #accept(rows: Rows, at: number): void {
    const instance = this.#instance;
    if (instance.accept !== undefined) instance.accept(rows, at);
    else rows.f64.fill(0, at, at + instance.width);
  }
}

function winsorised(value: number, band: Float64Array): number {
  const [expected, lower, upper] = band as unknown as [number, number, number];
  const least = expected + USUAL * (lower - expected);
  const most = expected + USUAL * (upper - expected);
  return value < least ? least : value > most ? most : value;
}
