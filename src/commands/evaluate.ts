/** `evaluate`: scores detectors on labelled data, with what is left of the scores by cross-validation beside them. */
import type { PluginTable } from '../config.ts';
import { type Contender, type Entry, readContenders } from '../evaluate/contenders.ts';
import { readCorpus } from '../evaluate/corpus.ts';
import { type Extent, evaluate } from '../evaluate/evaluate.ts';
import { LEAST_SETTINGS } from '../evaluate/grid.ts';
import { Ground } from '../evaluate/ground.ts';
import { readStored } from '../evaluate/stored.ts';
import { tableOf } from '../evaluate/table.ts';
import { Progress } from '../progress.ts';
import { Refusal } from '../refusal.ts';

export interface EvaluateArguments extends Entry {
  /** A directory in NAB's layout, a csv file, or a directory of csv files. */
  readonly data: string;
  /** Files of scores of other detectors. */
  readonly stored: readonly string[];
  readonly crossValidate: Extent;
  readonly splits: number;
  readonly json: boolean;
}

/** Writes to stdout, progress to stderr. Throws a Refusal. */
export async function evaluateCommand(given: EvaluateArguments, plugins: PluginTable): Promise<void> {
  process.stdout.write(await evaluated(given, plugins));
}

async function evaluated(given: EvaluateArguments, plugins: PluginTable): Promise<string> {
  const { splits, settings, seed } = given;
  for (const [option, number] of Object.entries({ splits, settings, seed }))
    if (!Number.isInteger(number) || number < 1)
      throw new Refusal('EVALUATE_ARGUMENT', `--${option} takes a whole number from 1`);
  const { contenders, config } = await readContenders(given, plugins);
  const ground = new Ground(readCorpus(given.data));
  const stored = given.stored.map((file) => readStored(file, ground.series));
  const extent = ground.series.length > 1 ? given.crossValidate : 'none';
  if (extent !== given.crossValidate)
    say('EVALUATE_ONE_SERIES: one series has no halves, so there is no cross-validation');
  if (extent === 'full') sayFew(contenders);
  const progress = new Progress(0);
  const report = await evaluate({
    ground,
    contenders,
    stored,
    config,
    extent,
    splits,
    seed,
    progress: (text) => progress.show(() => text),
  });
  progress.clear();
  return given.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report);
}

/** Nothing to choose from is no grid, and no reason to complain. */
function sayFew(contenders: readonly Contender[]): void {
  for (const { name, settings } of contenders)
    if (settings.length > 1 && settings.length < LEAST_SETTINGS)
      say(
        `EVALUATE_FEW_SETTINGS: ${name}: a grid of ${settings.length} settings; fewer than ${LEAST_SETTINGS} say little about what choosing costs`,
      );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
