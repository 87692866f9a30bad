/** `telegraf-anomaly train`, as yargs knows it. */
import type { Argv } from 'yargs';
import type { PluginTable } from '../config.ts';
import { exitWith } from './exit.ts';
import { INFLUXDB } from './influxdb.ts';
import { directory, FILE, FILTER } from './options.ts';

export function addTrain(cli: Argv, plugins: PluginTable): void {
  cli.command(
    'train [files..]',
    'Learn from the past, so that run knows every series when it starts',
    (command) =>
      command
        .positional('files', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe: 'Files of line protocol, plain or .gz, in the order of time',
        })
        .options({
          config: FILE,
          state: directory('--state', 'The state directory; default: that of the config'),
        })
        .options({
          ...INFLUXDB,
          start: {
            type: 'string',
            requiresArg: true,
            describe: 'From this time on: 2026-11-01, …T06:00:00Z, -14d',
          },
          stop: { type: 'string', requiresArg: true, describe: 'Before this time; default: now' },
          filter: FILTER,
        })
        .example(
          '$0 train --url http://localhost:8086 --org o --bucket b --start=-14d',
          'the last two weeks, with the token in INFLUX_TOKEN',
        )
        .example('$0 train --config anomaly.toml 2026-10.influx.gz 2026-11.influx.gz', 'file after file'),
    async ({ config, state, files, start, stop, filter: filters, ...given }) => {
      const { url, org, bucket, tokenFile, token } = given;
      const influxdb = { url, org, bucket, tokenFile, token };
      const { trainCommand } = await import('../commands/train.ts');
      exitWith(await trainCommand({ config, state, files, influxdb, start, stop, filters }, plugins));
    },
  );
}
