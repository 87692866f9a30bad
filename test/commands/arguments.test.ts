import t from 'tap';
import { doubleDash, isRun, readRunArguments } from '../../src/commands/arguments.ts';

t.test('what is taken as run', async (t) => {
  const cases: [argv: string[], terminal: boolean, run: boolean][] = [
    [['run'], true, true],
    [['run', '--config', 'x'], false, true],
    [['run', '--nonsense'], false, true],
    [['run', '--help'], false, false],
    [['check'], false, false],
    [['sample', 'zscore'], false, false],
    [['evaluate', 'data'], false, false],
    [['import', 'file'], false, false],
    [['replay', 'file'], false, false],
    [['evalaute', 'data'], false, false],
    [['--version'], false, false],
    [['-h'], false, false],
    [[], true, false],
    [[], false, true],
    [['--config', 'x'], true, false],
    [['--config', 'x'], false, true],
    [['rnu'], true, false],
    [['rnu'], false, true],
    [['anything'], false, true],
    [['chekc'], false, false],
    [['smaple'], false, false],
  ];
  for (const [argv, terminal, run] of cases)
    t.equal(isRun(argv, terminal), run, `${argv.join(' ')}${terminal ? ' in a terminal' : ''}`);
});

t.test('the arguments of run', async (t) => {
  const cases: [argv: string[], config: string | undefined, warnings: RegExp[]][] = [
    [['run'], undefined, []],
    [['run', '--config', 'a.toml'], 'a.toml', []],
    [['run', '-config', 'a.toml'], 'a.toml', []],
    [['run', '--config=a.toml'], 'a.toml', []],
    [['run', '-config=a=b.toml'], 'a=b.toml', []],
    [[], undefined, [/no command/]],
    [['--config', 'a.toml'], 'a.toml', [/no command/]],
    [['rnu', '--config', 'a.toml'], 'a.toml', [/"rnu".*"run"/]],
    [['run', '--confg', 'a.toml'], 'a.toml', [/"--confg"/]],
    [['run', '--config'], undefined, [/needs the path/]],
    [['run', '--config='], undefined, [/needs the path/]],
    [['run', '--config', '--nonsense'], undefined, [/needs the path/, /"--nonsense"/]],
    [['run', '--config', 'a', '--config', 'b'], 'b', [/twice/]],
    [['run', '-poll_interval', '1s'], undefined, [/"-poll_interval"/, /"1s"/]],
    [['run', 'extra', '--', '-x', ''], undefined, [/"extra"/, /"--"/, /"-x"/, /""/]],
  ];
  for (const [argv, config, warnings] of cases) {
    const read = readRunArguments(argv);
    t.equal(read.config, config, argv.join(' '));
    t.equal(read.warnings.length, warnings.length, read.warnings.join('\n'));
    for (const [at, words] of warnings.entries()) t.match(read.warnings[at], words, argv.join(' '));
  }
});

t.test('one dash is enough for --config, and for nothing else', async (t) => {
  const cases: [argument: string, doubled: string][] = [
    ['-config', '--config'],
    ['-config=a.toml', '--config=a.toml'],
    ['--config', '--config'],
    ['-configs', '-configs'],
    ['a-config', 'a-config'],
    ['-c', '-c'],
  ];
  for (const [argument, doubled] of cases) t.equal(doubleDash(argument), doubled, argument);
});
