/**
 * The command line of `run`, read so that nothing on it can end the process: Telegraf would start us again and
 * again, and lose the points meanwhile. What is not understood becomes a warning.
 */
import { nearest, suggest } from '../config/suggest.ts';

export const COMMANDS = ['run', 'check', 'sample', 'evaluate', 'import', 'train', 'replay', 'state'];

/** Arguments that only ask something of the program. */
const ASKS = ['--help', '-h', '--version'];

export interface RunArguments {
  /** The path of the config file. */
  readonly config: string | undefined;
  readonly warnings: readonly string[];
}

/** The single dash is how plugins of Telegraf's Go shim take it. */
export function doubleDash(argument: string): string {
  return /^-config(=|$)/.test(argument) ? `-${argument}` : argument;
}

/**
 * Whether the arguments (those after the script) are to be taken as `run`. Without a known command they are, when
 * stdin is no terminal, as under Telegraf; not so when a mistyped name is closer to another command's.
 */
export function isRun(argv: readonly string[], terminal: boolean): boolean {
  if (argv.some((argument) => ASKS.includes(argument))) return false;
  const [command = ''] = argv;
  if (COMMANDS.includes(command)) return command === 'run';
  return !terminal && (nearest(command, COMMANDS) ?? 'run') === 'run';
}

export function readRunArguments(argv: readonly string[]): RunArguments {
  const warnings: string[] = [];
  const rest = argv.map(doubleDash);
  if (rest[0] === 'run') rest.shift();
  else if (rest[0] === undefined || rest[0].startsWith('-'))
    warnings.push('no command is given; taken as "run"');
  else warnings.push(`unknown command "${rest[0]}", ${suggest(rest.shift()!, COMMANDS)} Taken as "run"`);

  let config: string | undefined;
  while (rest.length > 0) {
    const argument = rest.shift()!;
    const [, option, value] = /^(--[^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (option === undefined || nearest(option, ['--config']) === undefined) {
      warnings.push(`the argument "${argument}" is ignored; "run" takes --config FILE`);
      continue;
    }
    if (option !== '--config') warnings.push(`"${option}" is taken as --config`);
    const file = value ?? (rest[0]?.startsWith('-') ? undefined : rest.shift());
    if (file === undefined || file === '') {
      warnings.push('--config is ignored: it needs the path of a file');
      continue;
    }
    if (config !== undefined) warnings.push(`--config is given twice; "${file}" counts`);
    config = file;
  }
  return { config, warnings };
}
