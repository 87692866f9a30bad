import { readdirSync } from 'node:fs';
import t from 'tap';
import { fluxServer } from '../support/flux-server.ts';
import { program, Running } from '../support/history.ts';

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

t.test('a history without a point is a mistake', async (t) => {
  const dir = t.testdir({ ...files, csv: 'time,v\n1,2\n', empty: '' });
  for (const file of ['csv', 'empty']) {
    const { code, log } = program(dir, [...train, file]);
    t.equal(code, 1, log);
    t.match(log, /^TRAIN_NOTHING: /m);
  }
  t.equal(program(dir, [...train, 'a']).code, 0, 'and is in no way of another');
});

t.test('time that began anew is told', async (t) => {
  const late = `m v=1 ${30 * 86_400}000000000\nm v=2 1000000000\n`;
  const { code, log } = program(t.testdir({ ...files, late }), [...train, 'late']);
  t.equal(code, 0, log);
  t.match(log, /^TRAIN_RESTARTED: 1 times/m);
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

t.test('InfluxDB in place of files: what cannot be meant is refused', async (t) => {
  const place = ['--url', 'http://127.0.0.1:1', '--org', 'o', '--bucket', 'b'];
  const cases: [code: RegExp, argv: string[]][] = [
    [/^TRAIN_ARGUMENT: --start is missing/, place],
    [/^TRAIN_ARGUMENT: --start soon is no time/, [...place, '--start', 'soon']],
    [/^TRAIN_ARGUMENT: --stop 2023 is no time/, [...place, '--start', '2023-11-01', '--stop', '2023']],
    [/^TRAIN_ARGUMENT: --start -14 is no time/, [...place, '--start=-14']],
    [
      /^TRAIN_ARGUMENT: --start 1500-01-01 is no time that InfluxDB knows/,
      [...place, '--start', '1500-01-01'],
    ],
    [
      /^TRAIN_STOP: .*\nTRAIN_ARGUMENT: .*is not before/s,
      [...place, '--start', '2200-01-01', '--stop', '2200-01-02'],
    ],
    [/^TRAIN_ARGUMENT: .*is not before/, [...place, '--start', '2023-11-01', '--stop', '2023-11-01']],
    [/^TRAIN_ARGUMENT: .*not together/, [...place, '--start', '2023-11-01', 'a']],
    [/^TRAIN_ARGUMENT: .*not together/, ['--filter', 'cpu', 'a']],
    [/^INFLUXDB_ARGUMENT: --bucket/, [...place.slice(0, 4), '--start', '2023-11-01']],
    [/^INFLUXDB_FILTER: /, [...place, '--start=-1d', '--filter', 'cpu,host']],
    [/^INFLUXDB_TOKEN_ARGUMENT: /, [...place, '--start=-1d', '--token', 'secret']],
  ];
  for (const [told, argv] of cases) {
    const dir = t.testdir(files);
    const { code, log } = program(dir, [...train, ...argv]);
    t.equal(code, 1, argv.join(' '));
    t.match(log, told);
    t.notMatch(log, 'secret');
    t.strictSame(readdirSync(dir).sort(), ['a', 'anomaly.toml', 'wrong.toml']);
  }
});

t.test('Ctrl-C while the server thinks', async (t) => {
  const dir = t.testdir(files);
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { url } = await fluxServer(t, () => asked());
  const running = new Running(t, dir, [...train, '--url', url, '--org', 'o', '--bucket', 'b', '--start=-1d']);
  await isAsked;
  running.kill('SIGINT');
  const { code, log } = await running.end();
  t.equal(code, 130, log);
  t.match(log, /TRAIN_STOPPED: at the begin; /);
});
