/** Every command but `run`, which starts faster without yargs. Each is imported when it is called. */
import { readFileSync } from 'node:fs';
import { doubleDash } from '../commands/arguments.ts';
import type { PluginTable } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { CSV } from './csv.ts';
import { addEvaluate } from './evaluate.ts';
import { ARGUMENT_INVALID, exitWith, fail, watchStdout } from './exit.ts';
import { addImport } from './import.ts';
import { INFLUXDB } from './influxdb.ts';
import { FILE } from './options.ts';
import { addReplay } from './replay.ts';
import { addState } from './state.ts';
import { addTrain } from './train.ts';

const OPTIONS = [
  ...['config', 'help', 'version', 'path', 'filter', 'field', 'limit', 'json', 'yes', 'detector', 'grid'],
  ...['stored', 'cross-validate', 'splits', 'settings', 'seed'],
  ...['state', 'format', 'speed', 'quiet', 'report', 'labels', 'stop'],
  ...Object.keys(CSV),
  ...Object.keys(INFLUXDB).filter((name) => name !== 'token'),
];

/** Options that may be given several times; any other one means one thing. */
const SEVERAL = ['_', 'files', 'filter', 'field', 'detector', 'stored', 'tag', 'integer', 'string', 'drop'];

/** Does what the arguments say. What is wrong with them goes to stderr, and the exit code is 1. */
export async function commands(argv: readonly string[], plugins: PluginTable): Promise<void> {
  watchStdout();
  await work(argv, plugins).catch((error) => fail(error, OPTIONS));
}

async function work(argv: readonly string[], plugins: PluginTable): Promise<void> {
  refuseDash(argv);
  const { default: create } = await import('yargs');
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const cli = create(argv.map(doubleDash))
    .locale('en')
    .wrap(110)
    .scriptName('telegraf-anomaly')
    .usage('$0 <command>\n\nFinds anomalies in every series that passes through Telegraf.')
    .version(version)
    .strict()
    .strictCommands()
    .recommendCommands()
    .command('run', 'Score the points of stdin and write them to stdout, under Telegraf', (command) =>
      command
        .option('config', FILE)
        .example(
          '$0 run --config /etc/telegraf-anomaly/anomaly.toml',
          'as the command of [[processors.execd]]',
        ),
    )
    .command(
      'check [file]',
      'Say what is wrong with a config, or what it does',
      (command) =>
        command
          .positional('file', { type: 'string', describe: 'The same as --config' })
          .option('config', FILE)
          .example('$0 check anomaly.toml', 'exits with 1 when something is wrong'),
      async ({ config, file }) => {
        const { check } = await import('../commands/check.ts');
        exitWith(await check({ config: config ?? file, plugins }));
      },
    )
    .command(
      'sample [name]',
      'Print a config to begin with',
      (command) =>
        command
          .positional('name', { type: 'string', describe: 'A detector; without it, the default one' })
          .example('$0 sample > anomaly.toml', 'the default detector at work, the others as comments'),
      async ({ name }) => {
        const { sample } = await import('../commands/sample.ts');
        exitWith(await sample({ name, plugins }));
      },
    )
    .check((given) => {
      const [twice] = Object.keys(given).filter(
        (name) => Array.isArray(given[name]) && !SEVERAL.includes(name),
      );
      if (twice === undefined) return true;
      throw new Error(`--${twice} is given twice; which one is meant?`);
    })
    .fail((message, error) => {
      // Without a message it is what a command threw.
      throw message ? new Refusal(ARGUMENT_INVALID, message) : error;
    });
  for (const add of [addEvaluate, addImport, addTrain, addReplay, addState]) add(cli, plugins);
  if (argv.length === 0) cli.showHelp('log');
  else await cli.parseAsync();
}

/** yargs would drop it without a word. */
function refuseDash(argv: readonly string[]): void {
  const [command = ''] = argv;
  const isFile = (argument: string, at: number) =>
    argument === '-' && !['--delimiter', '--measurement'].includes(argv[at - 1]!);
  if (['import', 'replay'].includes(command) && argv.some(isFile))
    throw new Refusal(ARGUMENT_INVALID, '"-" is no file; write /dev/stdin for what comes in by a pipe');
}
