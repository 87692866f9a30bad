/** `telegraf-anomaly replay`, as yargs knows it. */
import type { Argv } from 'yargs';
import type { PluginTable } from '../config.ts';
import { CSV } from './csv.ts';
import { exitWith } from './exit.ts';
import { directory, FILE } from './options.ts';

export function addReplay(cli: Argv, plugins: PluginTable): void {
  cli.command(
    'replay <files..>',
    'Score recorded points as run would have, and write them to stdout',
    (command) =>
      command
        .positional('files', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Line protocol, or csv by its name; each may be packed (.gz)',
        })
        .options({
          config: FILE,
          format: {
            choices: ['influx', 'csv'] as const,
            describe: 'Of the files; default: csv where the name ends in .csv or .csv.gz',
          },
          state: directory(
            '--state',
            'A directory to learn into; default: none, what is learned is thrown away',
          ),
          speed: {
            type: 'number',
            requiresArg: true,
            describe: 'Event time to real time: 1 is as it came, 60 an hour in a minute; default: no waiting',
          },
          report: {
            type: 'string',
            requiresArg: true,
            describe:
              'Write a page (html) of what was found: plots of every series, to be looked at in a browser',
          },
          labels: {
            type: 'string',
            requiresArg: true,
            describe: "Windows to show in it: json as NAB's combined_windows.json, or csv: series,start,end",
          },
          quiet: {
            type: 'boolean',
            describe: 'No points on stdout; with --report that is so where stdout is a terminal',
          },
          ...CSV,
        })
        .example(
          '$0 replay --config anomaly.toml monday.influx.gz > scored.influx',
          'what run would have written',
        ),
    async (given) => {
      const { replay } = await import('../commands/replay.ts');
      exitWith(await replay(given, plugins));
    },
  );
}
