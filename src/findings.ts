/**
 * What the detectors have to say about the points of one batch: a column entry per flagged value (with
 * `score_fields` per scored one), chained by point. Emptied for every batch.
 */
import type { Alarm } from './alarm.ts';
import { grown } from './column.ts';
import type { Verdict } from './judge.ts';
import type { Step } from './prepare.ts';

export interface Finding {
  /** Index of the value in the batch. */
  readonly value: number;
  /** Index of the watch that found it. */
  readonly watch: number;
  readonly score: number;
  /** -log10 of the share of the series' scores that are as strange; NaN where that is not known. */
  readonly surprise: number;
  /** That the score was held against. */
  readonly threshold: number;
  readonly verdict: Verdict;
  /** What the detector was given in place of the value, and how it was made. */
  readonly given?: number;
  readonly steps?: readonly Step[];
  /** [expected, lower, upper] in the unit of what the detector was given, where it can say. */
  readonly band?: readonly number[];
  /** What is told of the alarm, by an instance that tells of alarms in points of their own. */
  readonly alarm?: Alarm;
}

export class Findings {
  #entries: Finding[] = [];
  #next: number[] = [];
  /** By point: its last entry + 1, 0 where it has none. */
  #head = new Int32Array(0);

  get count(): number {
    return this.#entries.length;
  }

  /** Empties it for a batch of so many points. */
  reset(points: number): void {
    if (points > this.#head.length) this.#head = grown(new Int32Array(0), 2 * points);
    else if (this.count > 0) this.#head.fill(0);
    this.#entries.length = 0;
    this.#next.length = 0;
  }

  add(point: number, finding: Finding): void {
    this.#next.push(this.#head[point]!);
    this.#head[point] = this.#entries.push(finding);
  }

  /** The findings of a point, in the order in which they were made. */
  of(point: number): Finding[] {
    const found: Finding[] = [];
    for (let entry = this.#head[point]!; entry > 0; entry = this.#next[entry - 1]!) {
      found.push(this.#entries[entry - 1]!);
    }
    return found.reverse();
  }

  has(point: number): boolean {
    return this.#head[point]! > 0;
  }
}
