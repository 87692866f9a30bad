/**
 * What is chosen on one half of the series and scored on the other, both ways, for several splits into halves.
 * Each split scores every series once, by what was chosen without it.
 */
import { uniform } from '../math/random.ts';
import type { Choice, Curve } from './curve.ts';
import { type Profile, scoreOf } from './nab.ts';

export interface CrossValidated {
  /** Over the splits, on the scale of 100. */
  readonly mean: number;
  /** Standard deviation over the splits. */
  readonly deviation: number;
  readonly splits: readonly number[];
}

/** Splits of so many series into halves, by chance: for each series 0 or 1. The seed decides. */
export function splitsOf(series: number, count: number, seed: number): Uint8Array[] {
  return Array.from({ length: count }, (_, split) => {
    const order = Array.from({ length: series }, (_, at) => at);
    const chance = order.map((at) => uniform(seed, split, at));
    order.sort((a, b) => chance[a]! - chance[b]!);
    const halfOf = new Uint8Array(series);
    for (const at of order.slice(0, series >> 1)) halfOf[at] = 1;
    return halfOf;
  });
}

export class CrossValidation {
  readonly #splits: readonly Uint8Array[];
  readonly #windows: number;
  readonly #profile: Profile;
  /** By split, for each half the best that was offered so far. */
  readonly #best: [Choice | undefined, Choice | undefined][];

  /** @param windows that can be found in all series */
  constructor(splits: readonly Uint8Array[], windows: number, profile: Profile) {
    this.#splits = splits;
    this.#windows = windows;
    this.#profile = profile;
    this.#best = splits.map(() => [undefined, undefined]);
  }

  /** Something to choose from: a setting under a rule, with all its thresholds. */
  offer(curve: Curve): void {
    for (const [split, halfOf] of this.#splits.entries()) {
      const best = this.#best[split]!;
      for (const [half, choice] of curve.choose(this.#profile, halfOf).entries())
        if (choice.own > (best[half]?.own ?? Number.NEGATIVE_INFINITY)) best[half] = choice;
    }
  }

  get result(): CrossValidated {
    const splits = this.#best.map(([first, second]) =>
      scoreOf((first?.other ?? 0) + (second?.other ?? 0), this.#windows, this.#profile),
    );
    const mean = splits.reduce((a, b) => a + b, 0) / splits.length;
    const square = splits.reduce((sum, score) => sum + (score - mean) ** 2, 0);
    return { mean, deviation: splits.length > 1 ? Math.sqrt(square / (splits.length - 1)) : 0, splits };
  }
}
