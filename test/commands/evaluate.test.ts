import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const LABELLED = fileURLToPath(new URL('../../../examples/labelled', import.meta.url));
const evaluate = (...args: string[]) =>
  spawnSync(process.execPath, [CLI, 'evaluate', ...args], { encoding: 'utf8', env: {} });

t.test('a table, and progress beside it', async (t) => {
  const { status, stdout, stderr } = evaluate(
    LABELLED,
    '--detector',
    'zscore',
    '--settings',
    '2',
    '--splits',
    '3',
  );
  t.equal(status, 0, stderr);
  for (const name of ['zscore', 'null', 'random']) t.match(stdout, new RegExp(`\\n${name} +quiet `), name);
  t.match(stdout, /over 3 splits, seed 1/);
  t.match(stdout, /\nzscore +2 /);
  t.match(stderr, /^\w+ as it is configured$/m);
  t.match(stderr, /EVALUATE_FEW_SETTINGS: zscore: a grid of 2 settings; fewer than 64/);
});

t.test('as JSON', async (t) => {
  const { status, stdout } = evaluate(LABELLED, '--detector', 'zscore', '--cross-validate', 'none', '--json');
  t.equal(status, 0);
  const report = JSON.parse(stdout);
  t.match(report, { series: 7, windows: 6, splits: 0, seed: 1, full: [] });
  t.same(report.found_on, {});
  t.equal(report.rows.length, 9);
  t.match(report.rows[0], { detector: 'zscore', rule: 'quiet', windows_found: Number, standard: Number });
  const nothing = report.rows.find((row: { detector: string }) => row.detector === 'null');
  t.match(nothing, { threshold: null, delay_seconds: null }, 'what there is not is null');
});

t.test('a csv file, a config, and scores of another detector', async (t) => {
  const rows = Array.from(
    { length: 100 },
    (_, row) => `${row},${row === 60 ? 100 : row % 7},${row === 60 ? 1 : 0}\n`,
  );
  const dir = t.testdir({
    'a.csv': `timestamp,value,label\n${rows.join('')}`,
    'a.toml': '[[detectors.zscore]]\n  alias = "mine"\n  threshold = 6\n  namepass = ["cpu"]\n',
    'theirs.csv': `file,row,anomaly_score\n${rows.map((_, row) => `a.csv,${row},${row === 60 ? 1 : 0}\n`).join('')}`,
  });
  const { status, stdout, stderr } = evaluate(
    join(dir, 'a.csv'),
    ...['--config', join(dir, 'a.toml'), '--stored', join(dir, 'theirs.csv')],
  );
  t.equal(status, 0, stderr);
  t.match(stdout, /^1 series, 1 labelled windows/);
  t.match(stdout, /\nmine +judge +100\.00 /);
  t.match(stdout, /\ntheirs \(stored\) +raw +100\.00 /);
  t.match(stderr, /EVALUATE_ONE_SERIES/, 'one series has no halves');
  t.notMatch(stdout, /splits/);
});

t.test('a report that nobody takes', async (t) => {
  const into = (file: string) =>
    spawnSync(
      'bash',
      [
        '-c',
        `"$0" "$1" evaluate "$2" --detector null --cross-validate none ${file}`,
        process.execPath,
        CLI,
        LABELLED,
      ],
      {
        encoding: 'utf8',
        env: {},
      },
    );
  const full = into('> /dev/full');
  t.match(full, { status: 1, stderr: /\nSTDOUT_FAILED: [^\n]*ENOSPC[^\n]*\n$/ });
  const gone = into('| true; exit $PIPESTATUS');
  t.equal(gone.status, 0, gone.stderr);
});

t.test('what is wrong is one line with its code, and exit code 1', async (t) => {
  const cases: [args: string[], code: string][] = [
    [['/nowhere'], 'EVALUATE_NO_DATA'],
    [[LABELLED, '--splits', '0'], 'EVALUATE_ARGUMENT'],
    [[LABELLED, '--seed', 'x'], 'EVALUATE_ARGUMENT'],
    [[LABELLED, '--stored', '/nowhere/a.csv'], 'EVALUATE_UNREADABLE'],
  ];
  for (const [args, code] of cases) {
    const { status, stdout, stderr } = evaluate(...args);
    t.match(
      { status, stdout, stderr },
      { status: 1, stdout: '', stderr: new RegExp(`^${code}: [^\n]+\n$`) },
      code,
    );
  }
  t.match(evaluate(LABELLED, '--cross-validate', 'some').stderr, /none.*threshold.*full/);
  t.equal(evaluate().status, 1, 'the data must be named');
});
