/** The search for the best of all settings, rules and thresholds, and what it is worth on series that it has not seen. */
import { type CrossValidated, CrossValidation } from './crossvalidate.ts';
import { Curve } from './curve.ts';
import type { Ground } from './ground.ts';
import { PROFILES, scoreOf } from './nab.ts';
import { OFFERED, type Rule } from './rules.ts';

/** Options, rule and threshold chosen together, for the standard score. */
export interface Full {
  readonly detector: string;
  readonly settings: number;
  /** The best of all, chosen with the labels in sight. Its threshold is Infinity where no detection is best. */
  readonly in_sight: {
    readonly score: number;
    readonly rule: Rule;
    readonly threshold: number;
    /** As TOML, a line an option. */
    readonly options: string;
  };
  readonly cross_validated: CrossValidated;
}

export class Search {
  readonly #ground: Ground;
  readonly #validation: CrossValidation;
  #settings = 0;
  #best: Full['in_sight'] | undefined;

  constructor(ground: Ground, splits: readonly Uint8Array[]) {
    this.#ground = ground;
    this.#validation = new CrossValidation(splits, ground.windows, PROFILES.standard);
  }

  /** A setting, by its scores. */
  try(options: string, strangeness: readonly Float64Array[]): void {
    this.#settings++;
    for (const rule of OFFERED) {
      const curve = new Curve(rule, this.#ground.worths, strangeness);
      this.#validation.offer(curve);
      const { own, threshold } = curve.best(PROFILES.standard);
      const score = scoreOf(own, this.#ground.windows, PROFILES.standard);
      if (this.#best === undefined || score > this.#best.score)
        this.#best = { score, rule, threshold, options };
    }
  }

  /** To be asked once a setting has been tried. */
  result(detector: string): Full {
    return {
      detector,
      settings: this.#settings,
      in_sight: this.#best!,
      cross_validated: this.#validation.result,
    };
  }
}
