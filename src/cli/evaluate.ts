/** `telegraf-anomaly evaluate`, as yargs knows it. */
import type { Argv } from 'yargs';
import type { PluginTable } from '../config.ts';
import { FILE, GLOBS, JSON_OUTPUT } from './options.ts';

export function addEvaluate(cli: Argv, plugins: PluginTable): void {
  cli.command(
    'evaluate <data>',
    'Score detectors on labelled data',
    (command) =>
      command
        .positional('data', {
          type: 'string',
          demandOption: true,
          describe: "A directory in NAB's layout, or csv: timestamp,value,label",
        })
        .options({
          config: { ...FILE, describe: 'A config file, whose detectors are evaluated' },
          detector: { ...GLOBS, describe: 'Name of a detector, as it comes; default: all' },
          grid: { ...FILE, describe: 'A file of options to choose from (toml)' },
          stored: { ...GLOBS, describe: 'Scores of another detector (csv: file,row,anomaly_score)' },
          json: JSON_OUTPUT,
        })
        .option('cross-validate', {
          choices: ['none', 'threshold', 'full'] as const,
          default: 'full' as const,
          describe: 'What is chosen on one half and scored on the other',
        })
        .options({
          splits: { type: 'number', default: 20, describe: 'Times that the series are halved' },
          settings: { type: 'number', default: 64, describe: 'Most settings of a grid to try' },
          seed: { type: 'number', default: 1, describe: 'Another one gives other halves' },
        })
        .example('$0 evaluate NAB --stored results.csv.gz', 'with what another detector made of it'),
    async ({ detector: detectors, ...given }) => {
      const { evaluateCommand } = await import('../commands/evaluate.ts');
      await evaluateCommand({ ...given, detectors }, plugins);
    },
  );
}
