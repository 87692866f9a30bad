/** What one threshold for all series of a corpus is worth, at every threshold, under one rule. */
import { gainOf, type Profile, Tally, type Worth } from './nab.ts';
import type { Rule } from './rules.ts';
import { descending, SWEEPS } from './sweep.ts';

/** A threshold, and what it gains over no detection: on the series it was chosen by, and on the others. */
export interface Choice {
  readonly threshold: number;
  readonly own: number;
  readonly other: number;
}

/** Steps from one threshold to the next lower one, as columns: the series in which something changes, and by how much. */
export class Curve {
  readonly #thresholds: Float64Array;
  readonly #series: Uint32Array;
  readonly #reward: Float64Array;
  readonly #found: Float64Array;
  readonly #penalty: Float64Array;

  /** @param strangeness by series, as `worths` */
  constructor(rule: Rule, worths: readonly Worth[], strangeness: readonly Float64Array[]) {
    const thresholds: number[] = [];
    const series: number[] = [];
    const reward: number[] = [];
    const found: number[] = [];
    const penalty: number[] = [];
    for (const [number, worth] of worths.entries()) {
      const tally = new Tally(worth);
      let before = { reward: 0, found: 0, penalty: 0 };
      SWEEPS[rule](strangeness[number]!, tally, (threshold) => {
        const { reward: r, found: f, penalty: p } = tally;
        if (r === before.reward && f === before.found && p === before.penalty) return;
        thresholds.push(threshold);
        series.push(number);
        reward.push(r - before.reward);
        found.push(f - before.found);
        penalty.push(p - before.penalty);
        before = { reward: r, found: f, penalty: p };
      });
    }
    this.#thresholds = Float64Array.from(thresholds);
    const order = descending(
      this.#thresholds,
      Uint32Array.from(thresholds, (_, step) => step),
    );
    const sorted = (column: readonly number[]) => Float64Array.from(order, (step) => column[step]!);
    this.#thresholds = sorted(thresholds);
    this.#series = Uint32Array.from(order, (step) => series[step]!);
    this.#reward = sorted(reward);
    this.#found = sorted(found);
    this.#penalty = sorted(penalty);
  }

  /**
   * The best threshold for each half of the series: for those with 0 in `halfOf`, and for those with 1. Among equals
   * the highest; Infinity where no detection is best.
   */
  choose(profile: Profile, halfOf: Uint8Array): [Choice, Choice] {
    const steps = this.#thresholds.length;
    const gains = [0, 0];
    const best: [Choice, Choice] = [
      { threshold: Number.POSITIVE_INFINITY, own: 0, other: 0 },
      { threshold: Number.POSITIVE_INFINITY, own: 0, other: 0 },
    ];
    for (let step = 0; step < steps; step++) {
      const threshold = this.#thresholds[step]!;
      gains[halfOf[this.#series[step]!]!]! += gainOf(
        { reward: this.#reward[step]!, found: this.#found[step]!, penalty: this.#penalty[step]! },
        profile,
      );
      if (threshold === this.#thresholds[step + 1]) continue;
      for (const half of [0, 1] as const) {
        const own = gains[half]!;
        if (own > best[half].own) best[half] = { threshold, own, other: gains[1 - half]! };
      }
    }
    return best;
  }

  /** The best threshold for all series, chosen with their labels in sight. */
  best(profile: Profile): Choice {
    const all = new Uint8Array(1 + this.#series.reduce((a, b) => Math.max(a, b), 0));
    return this.choose(profile, all)[0];
  }
}
