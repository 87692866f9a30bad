/** `telegraf-anomaly state`, as yargs knows it. */
import type { Argv } from 'yargs';
import type { PluginTable } from '../config.ts';
import { directory, FIELD, FILE, FILTER, JSON_OUTPUT } from './options.ts';

export function addState(cli: Argv, plugins: PluginTable): void {
  cli.command('state', 'Look into a state directory, or have series forgotten', (command) =>
    stateCommands(command, plugins),
  );
}

/** Each works on a directory that a running process has too; forgetting does not. */
function stateCommands(command: Argv, plugins: PluginTable): Argv {
  const at = ({ path, config }: { path?: string | undefined; config?: string | undefined }) => ({
    path,
    config,
    plugins,
  });
  return command
    .middleware(() => {
      // Series are many, and whoever would have read them is gone.
      process.stdout.once('error', () => process.exit());
    })
    .option('path', directory('--path', 'The state directory; default: as for run'))
    .option('config', { ...FILE, describe: 'A config file, whose [state] path counts' })
    .command(
      'info',
      'What the state holds, and which process has it',
      (info) => info.option('json', JSON_OUTPUT),
      async (given) => (await import('../commands/state-info.ts')).info(at(given), given.json),
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
      async (given) => (await import('../commands/state-list.ts')).list(at(given), given),
    )
    .command(
      'show <tagset> [fieldkey]',
      'All that is known of the series of a tag set, as JSON',
      (show) =>
        show
          .positional('tagset', { type: 'string', demandOption: true, describe: 'measurement,tag=value,…' })
          .positional('fieldkey', { type: 'string', describe: 'One of its fields' }),
      async (given) =>
        (await import('../commands/state-list.ts')).show(at(given), given.tagset, given.fieldkey),
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
      async (given) => (await import('../commands/state-forget.ts')).forget(at(given), given),
    )
    .example('$0 state list --filter "cpu,*"', 'the series of the measurement cpu')
    .demandCommand(1, 'state needs one of: info, list, show, forget');
}
