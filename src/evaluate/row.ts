/** A line of the table: a detector under a rule, all its scores and figures. */
import { averagePrecision } from './auc.ts';
import { type CrossValidated, CrossValidation } from './crossvalidate.ts';
import { Curve } from './curve.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { Ground } from './ground.ts';
import { PROFILES, type ProfileName, scoreOf } from './nab.ts';
import { detections, type Rule } from './rules.ts';
import type { Scored } from './scores.ts';

export interface Row extends Figures, Record<ProfileName, number> {
  readonly detector: string;
  /** Scored by others; what they stored is what is judged. */
  readonly stored: boolean;
  /** `judge`: the alarms that the detector opens as it is configured, with no threshold chosen. */
  readonly rule: Rule | 'judge';
  readonly auc_pr: number;
  /** The best for the standard score, chosen with the labels in sight; Infinity where no detection is best. */
  readonly threshold: number;
  readonly threshold_cross_validated?: CrossValidated;
}

/** Whose row it is. */
export type Named = Pick<Row, 'detector' | 'stored'>;

/**
 * The rows of a stream of scores, one a rule. Each profile has its own best threshold, as in the published tables;
 * the figures are those of the standard one. Without splits there is no cross-validation.
 */
export function rowsOf(
  named: Named,
  ground: Ground,
  strangeness: readonly Float64Array[],
  rules: readonly Rule[],
  splits: readonly Uint8Array[],
): Row[] {
  const auc_pr = averagePrecision(ground.counted(strangeness), ground.labels);
  return rules.map((rule) => {
    const curve = new Curve(rule, ground.worths, strangeness);
    const { threshold } = curve.best(PROFILES.standard);
    const detected = strangeness.map((stream) => detections(rule, stream, threshold));
    const scores = byProfile((name) =>
      scoreOf(curve.best(PROFILES[name]).own, ground.windows, PROFILES[name]),
    );
    const row = { ...named, rule, auc_pr, threshold, ...scores, ...figuresOf(ground, detected) };
    if (splits.length === 0) return row;
    const validation = new CrossValidation(splits, ground.windows, PROFILES.standard);
    validation.offer(curve);
    return { ...row, threshold_cross_validated: validation.result };
  });
}

/** The row of the alarms that the judge opened. */
export function judgeRow(named: Named, ground: Ground, scored: readonly Scored[]): Row {
  const strangeness = scored.map((series) => series.strangeness);
  const alarms = scored.map((series) => series.alarms);
  return {
    ...named,
    rule: 'judge',
    auc_pr: averagePrecision(ground.counted(strangeness), ground.labels),
    threshold: Number.NaN,
    ...byProfile((name) => ground.score(alarms, PROFILES[name])),
    ...figuresOf(ground, alarms),
  };
}

function byProfile(score: (profile: ProfileName) => number): Record<ProfileName, number> {
  return { standard: score('standard'), low_fp: score('low_fp'), low_fn: score('low_fn') };
}
