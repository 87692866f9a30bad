#!/usr/bin/env node
/** The program `telegraf-anomaly`. Each command is imported when it is called. */
import { isatty } from 'node:tty';
import { plugins } from '../plugins/all.ts';
import { isRun, readRunArguments } from './commands/arguments.ts';
import { textOf } from './log.ts';

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

const argv = process.argv.slice(2);
if (isRun(argv, isatty(0))) await run(argv);
else await (await import('./cli/commands.ts')).commands(argv, plugins);
