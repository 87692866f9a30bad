import { readdirSync } from 'node:fs';
import t from 'tap';
import { program } from '../support/history.ts';

const HISTORY = 'm,host=a v=1 1000000000\nm,host=a v=2 2000000000\nno point\nm,host=a v=3 2000000000\n';
const CONFIG = '[state]\n  path = "state"\n[[detectors.zscore]]\n';
const files = { 'anomaly.toml': CONFIG, a: HISTORY, 'wrong.toml': '[[detectors.none]]\n' };
const train = ['train', '--config', 'anomaly.toml'];

t.test('says what was learned, and what was not and why', async (t) => {
  const dir = t.testdir(files);
  const { code, output, log } = program(dir, [...train, 'a']);
  t.equal(code, 0);
  t.equal(output.length, 0);
  t.match(log, /^learned 3 points, 2 values of 1 rows, into \S+state$/m);
  t.match(log, /^TRAIN_LATE: 1 values/m);
  t.match(log, /^TRAIN_MALFORMED: 1 lines/m);
  t.match(program(dir, [...train, 'a']).log, /^learned 0 points after 3 before/m);
  t.match(program(dir, ['state', 'list', '--config', 'anomaly.toml']).output.toString(), 'm,host=a');
});

t.test('the directory can be another', async (t) => {
  const dir = t.testdir(files);
  t.equal(program(dir, [...train, '--state', 'elsewhere', 'a']).code, 0);
  t.strictSame(readdirSync(dir).sort(), ['a', 'anomaly.toml', 'elsewhere', 'wrong.toml']);
});

t.test('mistakes are told with their code, and nothing is made', async (t) => {
  const cases: [code: RegExp, argv: string[]][] = [
    [/^TRAIN_ARGUMENT: /, train],
    [/^FILE_UNREADABLE: absent cannot be read/, [...train, 'absent']],
    [/^CONFIG_UNKNOWN_DETECTOR: wrong\.toml:1:1/, ['train', '--config', 'wrong.toml', 'a']],
    [/^CONFIG_UNREADABLE: /, ['train', '--config', 'absent.toml', 'a']],
    [/--state needs/, [...train, '--state', '', 'a']],
    [/did you mean "--config"/, ['train', '--confg', 'x', 'a']],
  ];
  for (const [told, argv] of cases) {
    const dir = t.testdir(files);
    const { code, output, log } = program(dir, argv);
    t.equal(code, 1, argv.join(' '));
    t.equal(output.length, 0);
    t.match(log, told);
    t.notMatch(log, /^\s+at /m);
    t.strictSame(readdirSync(dir).sort(), ['a', 'anomaly.toml', 'wrong.toml']);
  }
});
