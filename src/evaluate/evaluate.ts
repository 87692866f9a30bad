/** The evaluation: every detector and every stored one, under every rule, and what is left of it by cross-validation. */
import type { Config } from '../config.ts';
import type { Contender } from './contenders.ts';
import { splitsOf } from './crossvalidate.ts';
import type { Ground } from './ground.ts';
import { judgeRow, type Row, rowsOf } from './row.ts';
import { OFFERED, RULES } from './rules.ts';
import { Points, scoresOf } from './scores.ts';
import { type Full, Search } from './search.ts';
import type { Stored } from './stored.ts';

/** What is chosen on one half and scored on the other: nothing, a threshold, or options, rule and threshold. */
export type Extent = 'none' | 'threshold' | 'full';

export interface Plan {
  readonly ground: Ground;
  readonly contenders: readonly Contender[];
  readonly stored: readonly Stored[];
  /** For the sections that every detector shares. */
  readonly config: Config;
  readonly extent: Extent;
  /** How often the series are halved, and the chance by which. */
  readonly splits: number;
  readonly seed: number;
  /** Told what is being done. */
  readonly progress: (text: string) => void;
}

export interface Report {
  readonly series: number;
  readonly windows: number;
  readonly days: number;
  readonly splits: number;
  readonly seed: number;
  /** By detector, data that its constants were found on: of that data its figures flatter. */
  readonly found_on: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  /** Empty unless the extent is full. */
  readonly full: readonly Full[];
}

/** Throws a Refusal when a detector fails. */
export async function evaluate(plan: Plan): Promise<Report> {
  const { ground, contenders, stored, config, progress } = plan;
  const { series, windows, days } = ground;
  const points = series.map((one, number) => new Points(one, number));
  const splits = splitsOf(series.length, plan.extent === 'none' ? 0 : plan.splits, plan.seed);

  const rows: Row[] = [];
  for (const { name, config: detector } of contenders) {
    progress(`${name} as it is configured`);
    const named = { detector: name, stored: false };
    const scored = await scoresOf(detector, config, points);
    const strangeness = scored.map((one) => one.strangeness);
    rows.push(...rowsOf(named, ground, strangeness, OFFERED, splits), judgeRow(named, ground, scored));
  }
  for (const { name, strangeness } of stored) {
    progress(`${name}, stored`);
    rows.push(...rowsOf({ detector: name, stored: true }, ground, strangeness, RULES, splits));
  }

  const full: Full[] = [];
  for (const { name, settings } of plan.extent === 'full' ? contenders : []) {
    const search = new Search(ground, splits);
    for (const [at, { text, config: setting }] of settings.entries()) {
      progress(`${name}: setting ${at + 1} of ${settings.length}`);
      const scored = await scoresOf(setting, config, points);
      const strangeness = scored.map((one) => one.strangeness);
      search.try(text, strangeness);
    }
    full.push(search.result(name));
  }
  for (const { name, strangeness } of plan.extent === 'full' ? stored : []) {
    const search = new Search(ground, splits);
    search.try('', strangeness);
    full.push(search.result(name));
  }
  const found_on = Object.fromEntries(
    contenders.flatMap(({ name, foundOn }) => (foundOn === undefined ? [] : [[name, foundOn]])),
  );
  return {
    series: series.length,
    windows,
    days,
    splits: splits.length,
    seed: plan.seed,
    found_on,
    rows,
    full,
  };
}
