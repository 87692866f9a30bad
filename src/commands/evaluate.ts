/** `evaluate`: scores detectors on labelled data, with what is left of the scores by cross-validation beside them. */

import type { PluginTable } from '../config.ts';
import { type Entry, readContenders } from '../evaluate/contenders.ts';
import { readCorpus } from '../evaluate/corpus.ts';
import { type Extent, evaluate } from '../evaluate/evaluate.ts';
import { LEAST_SETTINGS } from '../evaluate/grid.ts';
import { Ground } from '../evaluate/ground.ts';
import { EvaluationError } from '../evaluate/refusal.ts';
import { readStored } from '../evaluate/stored.ts';
import { tableOf } from '../evaluate/table.ts';

export interface EvaluateArguments extends Entry {
  /** A directory in NAB's layout, a csv file, or a directory of csv files. */
  readonly data: string;
  /** Files of scores of other detectors. */
  readonly stored: readonly string[];
  readonly crossValidate: Extent;
  readonly splits: number;
  readonly json: boolean;
}

/** Between two lines of progress. */
const SECONDS = 1;

/** Writes to stdout, progress to stderr; answers the exit code. */
export async function evaluateCommand(given: EvaluateArguments, plugins: PluginTable): Promise<number> {
  try {
    process.stdout.write(await evaluated(given, plugins));
    return 0;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return 1;
  }
}

async function evaluated(given: EvaluateArguments, plugins: PluginTable): Promise<string> {
  for (const [option, number] of Object.entries({ splits: given.splits, settings: given.settings }))
    if (!Number.isInteger(number) || number < 1)
      throw new EvaluationError('EVALUATE_ARGUMENT', `--${option} takes a whole number from 1`);
  const { contenders, config } = await readContenders(given, plugins);
  const ground = new Ground(readCorpus(given.data));
  const stored = given.stored.map((file) => readStored(file, ground.series));
  if (given.crossValidate === 'full') sayFew(contenders.map(({ name, settings }) => [name, settings.length]));
  const { splits, seed, crossValidate: extent } = given;
  const report = await evaluate({
    ground,
    contenders,
    stored,
    config,
    extent,
    splits,
    seed,
    progress: progress(),
  });
  return given.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report);
}

/** Nothing to choose from is no grid, and no reason to complain. */
function sayFew(settings: readonly (readonly [name: string, settings: number])[]): void {
  for (const [name, count] of settings)
    if (count > 1 && count < LEAST_SETTINGS)
      process.stderr.write(
        `${name}: a grid of ${count} settings; fewer than ${LEAST_SETTINGS} say little about what choosing costs\n`,
      );
}

/** Says on stderr how far we are, not too often. */
function progress(): (text: string) => void {
  let next = 0;
  return (text) => {
    const now = performance.now();
    if (now < next) return;
    next = now + 1000 * SECONDS;
    process.stderr.write(`${text}\n`);
  };
}
