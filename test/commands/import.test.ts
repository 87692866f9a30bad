import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { CLI } from '../support/child.ts';
import { ROOT } from '../support/parts.ts';
import { WriteServer } from '../support/write-server.ts';

async function importCsv(dir: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, 'import', ...args], { cwd: dir, env });
  const closed = once(child, 'close');
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [status] = await closed;
  return { status, stdout, stderr };
}

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => `${i},h${i % 3},${i / 4},${2n ** 60n + BigInt(i)}\n`);
const CSV = `time,host,load,bytes\n${rows(12_000).join('')}`;
const POINTS = rows(12_000).map(
  (_, i) => `load,host=h${i % 3} load=${i / 4},bytes=${2n ** 60n + BigInt(i)}i ${BigInt(i) * 1_000_000_000n}`,
);
const OPTIONS = ['--tag', 'host', '--integer', 'bytes'];

t.test('line protocol on stdout', async (t) => {
  const dir = t.testdir({ 'load.csv': CSV, 'x.csv': 'time;v\n1;1\n\n2;\n3;up\n4;4' });
  writeFileSync(join(dir, 'load.gz'), gzipSync(CSV));
  for (const file of ['load.csv', 'load.gz']) {
    const { status, stdout, stderr } = await importCsv(dir, [...OPTIONS, file]);
    t.equal(status, 0);
    t.ok(stdout === `${POINTS.join('\n')}\n`, file);
    t.match(stderr, /^imported 12,000 points, /);
  }
  const { status, stdout, stderr } = await importCsv(dir, [
    '--delimiter',
    ';',
    '--measurement',
    'm',
    'x.csv',
  ]);
  t.equal(status, 0, 'the rest goes on');
  t.equal(stdout, 'm v=1 1000000000\nm v=4 4000000000\n');
  t.match(stderr, /^CSV_ROW: x\.csv:5: "up" .*\nCSV_ROWS: 1 rows were left out\nimported 2 points/);
});

t.test('into InfluxDB, through a server that is busy at first', async (t) => {
  const server = await WriteServer.start(t, [{ status: 503 }, { status: 503 }, { after: 300 }]);
  const dir = t.testdir({ 'load.csv': CSV, token: 'from a file\n'.replaceAll(' ', '_') });
  const to = ['--url', server.url, '--org', 'o', '--bucket', 'b'];
  const { status, stdout, stderr } = await importCsv(dir, [...OPTIONS, ...to, 'load.csv'], {
    INFLUX_TOKEN: 'secret',
  });
  t.equal(status, 0, stderr);
  t.equal(stdout, '');
  t.ok(server.lines.join('\n') === POINTS.join('\n'), 'every point once, and every digit');
  t.match(stderr, /INFLUXDB_RETRY: 503 .* in 1 s\nINFLUXDB_RETRY: 503 .* in 2 s\n/);
  t.match(stderr, /imported 12,000 points.*: 12,000 acknowledged by InfluxDB, bucket b\n$/);
  const again = await importCsv(dir, [...OPTIONS, ...to, '--token-file', 'token', 'load.csv']);
  t.equal(again.status, 0, again.stderr);
  t.match(server.requests.at(-1), { authorization: 'Token from_a_file' });
});

t.test('what is wrong is a line with its code, and what was acknowledged is told', async (t) => {
  const server = await WriteServer.start(t, [{}, { status: 400, message: 'field type conflict' }]);
  const dir = t.testdir({ 'load.csv': CSV });
  const to = ['--url', server.url, '--org', 'o', '--bucket', 'b'];
  const secret = { INFLUX_TOKEN: 'secret' };
  const refused = await importCsv(dir, [...OPTIONS, ...to, 'load.csv'], secret);
  t.equal(refused.status, 1);
  t.match(refused.stderr, /: 5,000 acknowledged.*\nINFLUXDB_WRITE: .*400.*field type conflict\n$/s);
  const cases: [args: string[], code: string][] = [
    [['--url', server.url, 'load.csv'], 'INFLUXDB_ARGUMENT'],
    [[...to, '--token', 'x', 'load.csv'], 'INFLUXDB_TOKEN_ARGUMENT'],
    [[...to, 'away.csv'], 'FILE_UNREADABLE'],
    [[...to, '--start', 'now', 'load.csv'], 'CSV_ARGUMENT'],
  ];
  for (const [args, code] of cases) {
    const { status, stderr } = await importCsv(dir, args, secret);
    t.equal(status, 1, code);
    t.match(stderr, new RegExp(`^${code}: [^\\n]+\\n$`));
  }
});

t.test('rows, and not one of them a point, is exit code 1', async (t) => {
  const dir = t.testdir({ 'bad.csv': 'time,v\n1,up\n2\n', 'none.csv': 'time,v\n' });
  const bad = await importCsv(dir, ['bad.csv']);
  t.equal(bad.status, 1);
  t.match(bad.stderr, /\nIMPORT_NO_POINT: not one of 2 rows/);
  const none = await importCsv(dir, ['none.csv']);
  t.equal(none.status, 0, 'no rows, nothing wrong');
});

t.test('Ctrl-C says how much was acknowledged', async (t) => {
  const server = await WriteServer.start(t, [{}, ...Array.from({ length: 100 }, () => ({ status: 503 }))]);
  const dir = t.testdir({ 'load.csv': CSV });
  const to = ['--url', server.url, '--org', 'o', '--bucket', 'b'];
  const env = { INFLUX_TOKEN: 'secret' };
  const child = spawn(process.execPath, [CLI, 'import', ...OPTIONS, ...to, 'load.csv'], { cwd: dir, env });
  const closed = once(child, 'close');
  let stderr = '';
  child.stderr.on('data', (text) => {
    // The second batch waits to be tried again.
    if (!stderr.includes('INFLUXDB_RETRY') && `${stderr}${text}`.includes('INFLUXDB_RETRY'))
      child.kill('SIGINT');
    stderr += text;
  });
  const [status] = await closed;
  t.equal(status, 130);
  t.match(stderr, /\nIMPORT_STOPPED: by SIGINT; .*: 5,000 acknowledged by InfluxDB, bucket b\n$/);
});

t.test('a server that is silent does not keep it after the signal', async (t) => {
  const server = await WriteServer.start(t, [{ after: 20_000 }]);
  const dir = t.testdir({ 'load.csv': 'time,v\n1,1\n' });
  const argv = ['import', '--url', server.url, '--org', 'o', '--bucket', 'b', 'load.csv'];
  const child = spawn(process.execPath, [CLI, ...argv], { cwd: dir, env: { INFLUX_TOKEN: 'secret' } });
  t.teardown(() => child.kill('SIGKILL'));
  const closed = once(child, 'close');
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  t.equal((await closed)[0], 143);
  t.match(
    stderr,
    /^stopping by SIGTERM.*\nINFLUXDB_UNACKNOWLEDGED: .*\nIMPORT_STOPPED: by SIGTERM; .*: 0 acknow/s,
  );
});

t.test('the example of the docs, from a machine of 38 columns to a report', async (t) => {
  const [, script] = /```sh\n([^`]*)```/.exec(readFileSync(`${ROOT}docs/import.md`, 'utf8'))!;
  const minutes = Array.from({ length: 3000 }, (_, i) => i);
  const row = (i: number) =>
    Array.from({ length: 38 }, (_, c) => (((i * 7919 + c) % 97) / 97).toFixed(6)).join(',');
  const isLabelled = (i: number) => (i >= 1000 && i < 1060) || i >= 2990;
  const dir = t.testdir({
    'machine-1-1.txt': minutes.map((i) => `${row(i)}\n`).join(''),
    'labels.txt': minutes.map((i) => `${isLabelled(i) ? 1 : 0}\n`).join(''),
  });
  const ours = `set -eu; telegraf-anomaly() { "${process.execPath}" "${CLI}" "$@"; }\n`;
  const { status, stderr } = spawnSync('bash', ['-c', ours + script], { cwd: dir, encoding: 'utf8' });
  t.equal(status, 0, stderr);
  const lines = readFileSync(join(dir, 'machine-1-1.influx'), 'utf8').split('\n');
  t.equal(lines.length, 3001);
  t.match(lines[1], /^machine,name=1-1 metric_01=0\.\d{6},.*,metric_38=0\.\d{6} 1704067260000000000$/);
  const [, json] = /id="data">(.*)<\/script>/.exec(readFileSync(join(dir, 'machine-1-1.html'), 'utf8'))!;
  const { series } = JSON.parse(json!);
  t.equal(series.length, 38);
  const [first, last] = [1000, 1059].map((minute) => 1704067200 + 60 * minute);
  const end = [2990, 2999].map((minute) => 1704067200 + 60 * minute);
  t.strictSame(series[0].windows, [[first, last], end]);
});
