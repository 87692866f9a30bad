import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { isRun, readRunArguments } from '../src/commands/arguments.ts';

const CLI = fileURLToPath(new URL('../src/cli.js', import.meta.url));
const PACKAGE = new URL('../../package.json', import.meta.url);
/** stdin is empty and no terminal. */
const cli = (...args: string[]) =>
  spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', input: '', env: { LANG: 'de_DE.UTF-8' } });

t.test('what is taken as run', async (t) => {
  const cases: [argv: string[], terminal: boolean, run: boolean][] = [
    [['run'], true, true],
    [['run', '--config', 'x'], false, true],
    [['run', '--nonsense'], false, true],
    [['run', '--help'], false, false],
    [['check'], false, false],
    [['sample', 'zscore'], false, false],
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

t.test('help and version', async (t) => {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  t.equal(cli('--version').stdout, `${version}\n`);
  t.match(cli('--help').stdout, /run .*\n.*check .*\n.*sample /);
  for (const command of ['run', 'check', 'sample']) {
    const { status, stdout } = cli(command, '--help');
    t.equal(status, 0);
    t.match(stdout, /Examples:\n.*telegraf-anomaly/, command);
  }
});

t.test('a mistake in check or sample ends with 1, and a hint', async (t) => {
  const cases: [argv: string[], words: RegExp][] = [
    [['check', '--confg', 'a.toml'], /did you mean "--config"/],
    [['check', '--config'], /Not enough arguments/],
    [['check', 'a.toml'], /a\.toml/],
    [['sample', '--config', 'a'], /config/],
    [['sample', 'zscore', 'null'], /null/],
    [['chekc'], /check/],
  ];
  for (const [argv, words] of cases) {
    const { status, stdout, stderr } = cli(...argv);
    t.equal(status, 1, argv.join(' '));
    t.equal(stdout, '');
    t.match(stderr, words);
    t.notMatch(stderr, /^\s+at /m, 'no stack trace');
  }
});

t.test('points pass when run cannot even be loaded, for want of a package', async (t) => {
  // Outside of the project, where no node_modules is found.
  const dir = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  for (const folder of ['src', 'plugins'])
    cpSync(new URL(`../${folder}`, import.meta.url), join(dir, folder), { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const input = 'cpu value=1 1\nnot a point\n';
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dir, 'src/cli.js'), 'run'], {
    encoding: 'utf8',
    input,
  });
  t.equal(status, 0);
  t.equal(stdout, input);
  t.match(stderr, /^E! \[telegraf-anomaly\] [^\n]+\n$/);
});
