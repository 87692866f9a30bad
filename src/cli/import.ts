/** `telegraf-anomaly import`, as yargs knows it. */
import type { Argv } from 'yargs';
import { CSV } from './csv.ts';
import { exitWith } from './exit.ts';
import { INFLUXDB } from './influxdb.ts';

export function addImport(cli: Argv): void {
  cli.command(
    'import <files..>',
    'Make points of csv: line protocol on stdout, or into InfluxDB 2',
    (command) =>
      command
        .positional('files', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Files of csv; each may be packed (.gz)',
        })
        .options({ ...CSV, ...INFLUXDB })
        .example('$0 import --tag host load.csv > load.influx', 'the columns: time, host, and fields')
        .example(
          '$0 import --url http://localhost:8086 --org o --bucket b load.csv',
          'with INFLUX_TOKEN set',
        ),
    async (given) => {
      const { importCsv } = await import('../commands/import.ts');
      exitWith(await importCsv(given));
    },
  );
}
