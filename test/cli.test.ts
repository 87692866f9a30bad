import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const CLI = fileURLToPath(new URL('../src/cli.js', import.meta.url));
const PACKAGE = new URL('../../package.json', import.meta.url);
/** stdin is empty and no terminal. */
const cli = (...args: string[]) =>
  spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', input: '', env: { LANG: 'de_DE.UTF-8' } });

t.test('help and version', async (t) => {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  t.equal(cli('--version').stdout, `${version}\n`);
  t.match(
    cli('--help').stdout,
    /run .*\n.*check .*\n.*sample .*\n.*evaluate .*\n.*import .*\n.*train .*\n.*replay /,
  );
  for (const command of ['run', 'check', 'sample', 'evaluate', 'import', 'train', 'replay']) {
    const { status, stdout } = cli(command, '--help');
    t.equal(status, 0);
    t.match(stdout, /Examples:\n.*telegraf-anomaly/, command);
  }
});

t.test('a mistake in check or sample ends with 1, and a hint', async (t) => {
  const cases: [argv: string[], words: RegExp][] = [
    [['check', '--confg', 'a.toml'], /did you mean "--config"/],
    [['check', '--config'], /Not enough arguments/],
    [['check', 'a.toml', 'b.toml'], /b\.toml/],
    [['sample', '--config', 'a'], /config/],
    [['sample', 'zscore', 'null'], /null/],
    [['chekc'], /check/],
    [['evaluate', 'data', '--split', '3'], /did you mean "--splits"/],
    [['replay', 'file', '--delimeter', ';'], /did you mean "--delimiter"/],
    [['replay'], /Not enough/],
    [['replay', '-'], /^ARGUMENT_INVALID: "-" is no file; write \/dev\/stdin/],
    [['import', '--tag', 'host', '-'], /^ARGUMENT_INVALID: .*\/dev\/stdin/],
    [['import', '--delimiter', '-', 'away.csv'], /^FILE_UNREADABLE/],
    [['import', 'file', '--tokn', 'x'], /^ARGUMENT_INVALID: Unknown argument: tokn\nSee/],
    [['state', 'list', '--limit', '-1'], /^ARGUMENT_INVALID: --limit needs/],
    [['import', 'file', '--buket', 'b'], /did you mean "--bucket"/],
    [['replay', 'file', '--config', 'a', '--config', 'b'], /--config is given twice/],
    [['train', 'file', '--state', 'a', '--state', 'b'], /--state is given twice/],
    [['import', 'file', '--measurement', 'a', '--measurement', 'b'], /--measurement is given twice/],
    [['check', '--config', 'a', '--config', 'b'], /--config is given twice/],
    [['state', 'info', '--path', 'a', '--path', 'b'], /--path is given twice/],
  ];
  for (const [argv, words] of cases) {
    const { status, stdout, stderr } = cli(...argv);
    t.equal(status, 1, argv.join(' '));
    t.equal(stdout, '');
    t.match(stderr, words);
    t.match(stderr, /^[A-Z]+_[A-Z]+: /);
    t.notMatch(stderr, /^\s+at /m, 'no stack trace');
  }
});

/** `run` of a copy of the program, in an environment without the hooks of the tests' runner. */
function copied(t: Test, files: Readonly<Record<string, string>>) {
  // Outside of the project, where no node_modules is found.
  const dir = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  for (const folder of ['src', 'plugins'])
    cpSync(new URL(`../${folder}`, import.meta.url), join(dir, folder), { recursive: true });
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files }))
    writeFileSync(join(dir, name), text);
  return spawnSync(process.execPath, [join(dir, 'src/cli.js'), 'run'], {
    encoding: 'utf8',
    input: INPUT,
    env: { XDG_STATE_HOME: dir },
  });
}

const INPUT = 'cpu value=1 1\nnot a point\n';

t.test('points pass when run cannot even be loaded, for want of a package', async (t) => {
  const { status, stdout, stderr } = copied(t, {});
  t.equal(status, 0);
  t.equal(stdout, INPUT);
  t.match(stderr, /^E! \[telegraf-anomaly\] [^\n]+\n$/);
});

t.test('signals are ignored before the modules of run are there', async (t) => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    const slow = `process.kill(process.pid, '${name}');
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error('after the signal');`;
    const { status, signal, stdout, stderr } = copied(t, { 'src/commands/run.js': slow });
    t.equal(signal, null, name);
    t.equal(status, 0);
    t.equal(stdout, INPUT);
    t.match(stderr, 'after the signal', 'the signal came first');
  }
});

t.test('points pass when a module of the user never loads', async (t) => {
  const dir = t.testdir({
    'mine.mjs': 'await new Promise(() => {});',
    'a.toml': '[[detectors.mine]]\n  module = "mine.mjs"\n',
  });
  const file = join(dir, 'a.toml');
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'run', '--config', file], {
    encoding: 'utf8',
    input: INPUT,
    env: { XDG_STATE_HOME: dir },
  });
  t.equal(status, 0);
  t.equal(stdout, INPUT);
  t.match(
    stderr,
    new RegExp(`^E! \\[telegraf-anomaly\\] START_FAILED: ${file} did not load within 10 s;[^\n]+\n$`),
  );
});
