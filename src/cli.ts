#!/usr/bin/env node
/** The program `telegraf-anomaly`. Each command is imported when it is called. */
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Argv } from 'yargs';
import { plugins } from '../plugins/all.ts';
import { doubleDash, isRun, readRunArguments } from './commands/arguments.ts';
import { nearest } from './config/suggest.ts';
import { textOf } from './log.ts';

const FILE = { type: 'string', requiresArg: true, describe: 'The config file (anomaly.toml)' } as const;

const JSON_OUTPUT = { type: 'boolean', default: false, describe: 'As JSON' } as const;
const GLOBS = { type: 'string', array: true, nargs: 1, default: [] as string[] } as const;
const FILTER = { ...GLOBS, describe: 'Glob on measurement,tag=value,…; may be given several times' };
const FIELD = { ...GLOBS, describe: 'Glob on the field key; may be given several times' };
const OPTIONS = [
  ...['config', 'help', 'version', 'path', 'filter', 'field', 'limit', 'json', 'yes', 'detector', 'grid'],
  ...['stored', 'cross-validate', 'splits', 'settings', 'seed'],
];

/** `run` has no part in yargs but its help: it starts faster without, and no argument may end it. */
async function run(argv: readonly string[]): Promise<void> {
  // Telegraf's terminal sends its Ctrl-C to us too, and what is still in the pipe would be lost with us.
  if (!isatty(0)) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  try {
    const command = await import('./commands/run.ts');
    await command.run({ ...readRunArguments(argv), plugins });
  } catch (error) {
    const reason = textOf(error).split('\n')[0];
    process.stderr.write(`E! [telegraf-anomaly] cannot run, every point is passed on unscored: ${reason}\n`);
    process.stdin.pipe(process.stdout);
  }
}

async function yargs(argv: readonly string[]): Promise<void> {
  const { default: create } = await import('yargs');
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
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
        const { check } = await import('./commands/check.ts');
        process.exitCode = await check({ config: config ?? file, plugins });
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
        const { sample } = await import('./commands/sample.ts');
        process.exitCode = await sample({ name, plugins });
      },
    )
    .command(
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
        const { evaluateCommand } = await import('./commands/evaluate.ts');
        process.exitCode = await evaluateCommand({ ...given, detectors }, plugins);
      },
    )
    .command('state', 'Look into a state directory, or have series forgotten', stateCommands)
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
  if (argv.length === 0) cli.showHelp('log');
  else await cli.parseAsync();
}

/** Each works on a directory that a running process has too; forgetting does not. */
function stateCommands(command: Argv): Argv {
  const at = ({ path, config }: { path?: string | undefined; config?: string | undefined }) => ({
    path,
    config,
    plugins,
  });
  const report = async (work: () => Promise<void>) => {
    const { report } = await import('./commands/state.ts');
    process.exitCode = await report(work);
  };
  return command
    .option('path', {
      type: 'string',
      requiresArg: true,
      describe: 'The state directory; default: as for run',
      // An unset variable of a script must not become the default directory.
      coerce: (path: string) => {
        if (path !== '') return path;
        throw new Error('--path needs the path of a directory');
      },
    })
    .option('config', { ...FILE, describe: 'A config file, whose [state] path counts' })
    .command(
      'info',
      'What the state holds, and which process has it',
      (info) => info.option('json', JSON_OUTPUT),
      (given) => report(async () => (await import('./commands/state-info.ts')).info(at(given), given.json)),
    )
    .command(
      'list',
      'A line a series: tag set, field, instances, last time, count',
      (list) =>
        list.options({ filter: FILTER, field: FIELD, json: JSON_OUTPUT }).option('limit', {
          type: 'number',
          default: Number.POSITIVE_INFINITY,
          describe: 'At most so many lines',
          coerce: (limit: number) => {
            if (limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && limit >= 0)) return limit;
            throw new Error('--limit needs a whole number, 0 or more');
          },
        }),
      (given) => report(async () => (await import('./commands/state-list.ts')).list(at(given), given)),
    )
    .command(
      'show <tagset> [fieldkey]',
      'All that is known of the series of a tag set, as JSON',
      (show) =>
        show
          .positional('tagset', { type: 'string', demandOption: true, describe: 'measurement,tag=value,…' })
          .positional('fieldkey', { type: 'string', describe: 'One of its fields' }),
      (given) =>
        report(async () =>
          (await import('./commands/state-list.ts')).show(at(given), given.tagset, given.fieldkey),
        ),
    )
    .command(
      'forget',
      'Have series learned anew; needs a directory that no process has',
      (forget) =>
        forget.options({ filter: FILTER, field: FIELD }).option('yes', {
          type: 'boolean',
          default: false,
          describe: 'Without it, only says what would go',
        }),
      (given) => report(async () => (await import('./commands/state-forget.ts')).forget(at(given), given)),
    )
    .example('$0 state list --filter "cpu,*"', 'the series of the measurement cpu')
    .demandCommand(1, 'state needs one of: info, list, show, forget');
}

function fail(error: Error): void {
  const [, unknown = ''] = /^Unknown arguments?: ([^\s,]+)/.exec(error.message) ?? [];
  const near = nearest(
    unknown,
    OPTIONS.filter((name) => name !== unknown),
  );
  const hint = near === undefined ? '' : `; did you mean "--${near}"?`;
  process.stderr.write(`${error.message}${hint}\nSee telegraf-anomaly --help\n`);
  process.exitCode = 1;
}

const argv = process.argv.slice(2);
await (isRun(argv, isatty(0)) ? run(argv) : yargs(argv).catch(fail));
