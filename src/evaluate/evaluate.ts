/** The evaluation: every detector and every stored one, under every rule, and what is left of it by cross-validation. */
import type { Config } from '../config.ts';
import { averagePrecision } from './auc.ts';
import type { Contender } from './contenders.ts';
import { type CrossValidated, CrossValidation, splitsOf } from './crossvalidate.ts';
import { Curve } from './curve.ts';
import { type Corpus, type Figures, figuresOf, scoreDetections } from './figures.ts';
import { PROFILES, type ProfileName, probationOf, scoreOf } from './nab.ts';
import { detections, OFFERED, type Rule } from './rules.ts';
import { Points, scoresOf } from './scores.ts';
import type { Stored } from './stored.ts';

/** What is chosen by cross-validation: nothing, a threshold, or options, rule and threshold. */
export type Extent = 'none' | 'threshold' | 'full';

export interface Plan {
  readonly corpus: Corpus;
  readonly contenders: readonly Contender[];
  readonly stored: readonly Stored[];
  readonly config: Config;
  readonly extent: Extent;
  readonly splits: number;
  readonly seed: number;
  readonly progress: (text: string) => void;
}

/** A detector under a rule; `judge`: the alarms that it opens as it is configured, with no threshold chosen. */
export interface Row extends Figures, Record<ProfileName, number> {
  readonly detector: string;
  readonly stored: boolean;
  readonly rule: Rule | 'judge';
  readonly auc_pr: number;
  /** The best for the standard score, chosen with the labels in sight; Infinity where no detection is best. */
  readonly threshold: number;
  readonly threshold_cross_validated?: CrossValidated;
}

/** Options, rule and threshold chosen together. */
export interface Full {
  readonly detector: string;
  readonly settings: number;
  /** The best of all, chosen with the labels in sight. */
  readonly in_sight: { score: number; rule: Rule; threshold: number; options: string };
  readonly cross_validated: CrossValidated;
}

export interface Report {
  readonly series: number;
  readonly windows: number;
  readonly days: number;
  readonly splits: number;
  readonly seed: number;
  readonly rows: readonly Row[];
  readonly full: readonly Full[];
}

export async function evaluate(plan: Plan): Promise<Report> {
  const { corpus, contenders, stored, config, progress } = plan;
  const points = corpus.series.map((series, number) => new Points(series, number));
  const splits = splitsOf(corpus.series.length, plan.splits, plan.seed);
  const validation = () => new CrossValidation(splits, corpus.windows, PROFILES.standard);
  const rows: Row[] = [];
  const full: Full[] = [];

  const rowsOf = (detector: string, isStored: boolean, strangeness: readonly Float64Array[]) => {
    const auc_pr = aucOf(corpus, strangeness);
    for (const rule of isStored ? (['raw', ...OFFERED] as const) : OFFERED) {
      progress(`${detector}: ${rule}`);
      const curve = new Curve(rule, corpus.worths, strangeness);
      const { threshold } = curve.best(PROFILES.standard);
      const found = strangeness.map((stream) => detections(rule, stream, threshold));
      const row = { detector, stored: isStored, rule, auc_pr, threshold, ...figuresOf(corpus, found) };
      const scores = scoresBy((name) =>
        scoreOf(curve.best(PROFILES[name]).own, corpus.windows, PROFILES[name]),
      );
      const threshold_cross_validated = plan.extent === 'none' ? undefined : validated(validation(), curve);
      rows.push({ ...row, ...scores, ...(threshold_cross_validated && { threshold_cross_validated }) });
    }
    return auc_pr;
  };

  for (const { name, config: setting } of contenders) {
    progress(`${name}: scoring`);
    const scored = await scoresOf(setting, config, points);
    const auc_pr = rowsOf(
      name,
      false,
      scored.map(({ strangeness }) => strangeness),
    );
    const alarms = scored.map((series) => series.alarms);
    const scores = scoresBy((profile) => scoreDetections(corpus, alarms, PROFILES[profile]));
    const row = { detector: name, stored: false, rule: 'judge', auc_pr, threshold: Number.NaN } as const;
    rows.push({ ...row, ...figuresOf(corpus, alarms), ...scores });
  }
  for (const { name, strangeness } of stored) rowsOf(name, true, strangeness);
  if (plan.extent !== 'full') return report(plan, rows, full);

  for (const { name, settings } of contenders) {
    const search = new Search(corpus, validation());
    for (const [at, { text, config: setting }] of settings.entries()) {
      progress(`${name}: setting ${at + 1} of ${settings.length}`);
      const scored = await scoresOf(setting, config, points);
      search.try(
        text,
        scored.map(({ strangeness }) => strangeness),
      );
    }
    full.push(search.result(name));
  }
  for (const { name, strangeness } of stored) {
    const search = new Search(corpus, validation());
    search.try('', strangeness);
    full.push(search.result(name));
  }
  return report(plan, rows, full);
}

/** Looks for the best of all settings, rules and thresholds. */
class Search {
  readonly #corpus: Corpus;
  readonly #validation: CrossValidation;
  #settings = 0;
  #best: Full['in_sight'] = { score: Number.NEGATIVE_INFINITY, rule: 'quiet', threshold: 0, options: '' };

  constructor(corpus: Corpus, validation: CrossValidation) {
    this.#corpus = corpus;
    this.#validation = validation;
  }

  try(options: string, strangeness: readonly Float64Array[]): void {
    this.#settings++;
    for (const rule of OFFERED) {
      const curve = new Curve(rule, this.#corpus.worths, strangeness);
      this.#validation.offer(curve);
      const { own, threshold } = curve.best(PROFILES.standard);
      const score = scoreOf(own, this.#corpus.windows, PROFILES.standard);
      if (score > this.#best.score) this.#best = { score, rule, threshold, options };
    }
  }

  result(detector: string): Full {
    const cross_validated = this.#validation.result;
    return { detector, settings: this.#settings, in_sight: this.#best, cross_validated };
  }
}

function validated(validation: CrossValidation, curve: Curve): CrossValidated {
  validation.offer(curve);
  return validation.result;
}

function scoresBy(score: (profile: ProfileName) => number): Record<ProfileName, number> {
  return { standard: score('standard'), low_fp: score('low_fp'), low_fn: score('low_fn') };
}

/** Over the rows of all series together: one threshold is for them all. */
function aucOf({ series, worths }: Corpus, strangeness: readonly Float64Array[]): number {
  const counted = strangeness.map((stream) => stream.subarray(probationOf(stream.length)));
  const labels = worths.map(({ windowOf }, number) =>
    Uint8Array.from(windowOf.subarray(probationOf(series[number]!.values.length)), (window) =>
      window < 0 ? 0 : 1,
    ),
  );
  return averagePrecision(
    Float64Array.from(counted.flatMap((stream) => [...stream])),
    Uint8Array.from(labels.flatMap((stream) => [...stream])),
  );
}

function report({ corpus, splits, seed }: Plan, rows: Row[], full: Full[]): Report {
  const { series, windows, days } = corpus;
  return { series: series.length, windows, days, splits, seed, rows, full };
}
