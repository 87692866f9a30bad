#!/usr/bin/env node
/** The program `telegraf-anomaly`. Each command is imported when it is called. */
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { plugins } from '../plugins/all.ts';
import { doubleDash, isRun, readRunArguments } from './commands/arguments.ts';
import { nearest } from './config/suggest.ts';
import { textOf } from './log.ts';

const FILE = { type: 'string', requiresArg: true, describe: 'The config file (anomaly.toml)' } as const;

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
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
  if (argv.length === 0) cli.showHelp('log');
  else await cli.parseAsync();
}

function fail(error: Error): void {
  const [, unknown = ''] = /^Unknown arguments?: ([^\s,]+)/.exec(error.message) ?? [];
  const near = nearest(
    unknown,
    ['config', 'help', 'version'].filter((name) => name !== unknown),
  );
  const hint = near === undefined ? '' : `; did you mean "--${near}"?`;
  process.stderr.write(`${error.message}${hint}\nSee telegraf-anomaly --help\n`);
  process.exitCode = 1;
}

const argv = process.argv.slice(2);
await (isRun(argv, isatty(0)) ? run(argv) : yargs(argv).catch(fail));
