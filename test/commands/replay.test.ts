import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { Child, CLI } from '../support/child.ts';
import { ROOT } from '../support/parts.ts';

const CONFIG = readFileSync(`${ROOT}examples/demo/anomaly.toml`, 'utf8');
const RECORDING = gunzipSync(readFileSync(`${ROOT}examples/demo/recording.influx.gz`));

/** In an environment of its own, where the default state directory would be seen. */
function replay(t: Test, dir: string, ...args: string[]) {
  const made = spawnSync(process.execPath, [CLI, 'replay', ...args], {
    cwd: dir,
    env: { XDG_STATE_HOME: join(dir, 'home') },
    maxBuffer: 1 << 28,
  });
  t.notOk(existsSync(join(dir, 'home')), 'no state of others is touched');
  return { status: made.status, stdout: made.stdout, stderr: made.stderr.toString() };
}

/** What `run` writes for it, given in portions of so many bytes. */
async function run(t: Test, bytes: Buffer, portion: number): Promise<Buffer> {
  const child = await Child.start(t, { files: { 'anomaly.toml': CONFIG } });
  for (let at = 0; at < bytes.length; at += portion) await child.write(bytes.subarray(at, at + portion));
  t.match(await child.end(), { code: 0 });
  return child.output;
}

t.test('what comes out is what run wrote, byte for byte', async (t) => {
  const odd = 'mem,host=demo note="two\nlines",used_percent=1 1800000000000000000\nthis is no point\n';
  const cases: [title: string, input: Buffer, portion: number][] = [
    ['in odd portions', RECORDING, 4099],
    [
      'with a malformed line, a string of two lines, and no last newline',
      Buffer.concat([Buffer.from(odd), RECORDING.subarray(0, -1)]),
      65_537,
    ],
    ['cut in a point', RECORDING.subarray(0, 3_000_003), 64 << 10],
  ];
  for (const [title, input, portion] of cases)
    await t.test(title, async (t) => {
      const live = await run(t, input, portion);
      const dir = t.testdir({ 'anomaly.toml': CONFIG });
      writeFileSync(join(dir, 'a.influx'), input);
      writeFileSync(join(dir, 'a.influx.gz'), gzipSync(input));
      for (const file of ['a.influx', 'a.influx.gz']) {
        const { status, stdout, stderr } = replay(t, dir, '--config', 'anomaly.toml', file);
        t.equal(status, 0, stderr);
        t.ok(stdout.equals(live), `${file}: ${stdout.length} bytes of ${live.length}`);
      }
      t.ok(live.includes('anomaly_score'), 'something was found');
    });
});

t.test('a state directory learns on, and a second run goes on where the first one ended', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': CONFIG });
  const half = RECORDING.indexOf('\n', RECORDING.length >> 1) + 1;
  for (const [name, bytes] of Object.entries({
    whole: RECORDING,
    first: RECORDING.subarray(0, half),
    second: RECORDING.subarray(half),
  }))
    writeFileSync(join(dir, name), bytes);
  const options = ['--config', 'anomaly.toml'];
  const { stdout: whole } = replay(t, dir, ...options, 'whole');
  const { stdout: both } = replay(t, dir, ...options, 'first', 'second');
  t.ok(both.equals(whole), 'two files are one stream');
  const first = replay(t, dir, ...options, '--state', 'learned', 'first');
  const second = replay(t, dir, ...options, '--state', 'learned', 'second');
  t.ok(Buffer.concat([first.stdout, second.stdout]).equals(whole));
});

t.test('csv, with rows that are told and left out', async (t) => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i * 60},a,${i === 150 ? 100 : i % 7}\n`);
  rows[20] = '1200,a,broken\n';
  const dir = t.testdir({
    'load.csv': `time,host,busy\n${rows.join('')}`,
    'a.toml': '[[detectors.zscore]]\n  threshold = 6\n',
  });
  const { status, stdout, stderr } = replay(t, dir, '--config', 'a.toml', '--tag', 'host', 'load.csv');
  t.equal(status, 0);
  t.match(stderr, /^CSV_ROW: load\.csv:22: .*\n/m);
  t.match(stderr, /^replayed 199 points.* 1 alarms/m);
  t.match(stdout.toString(), /^load,host=a,anomaly=\w+,anomaly_detector=zscore busy=100,/m);
  const quiet = replay(t, dir, '--config', 'a.toml', '--tag', 'host', '--quiet', 'load.csv');
  t.equal(quiet.stdout.length, 0);
  t.match(quiet.stderr, / 1 alarms/);
});

t.test('what is wrong is a line with its code', async (t) => {
  const dir = t.testdir({ a: 'm v=1 1\n', 'a.csv': 'v\n1\n', 'bad.toml': '[[detectors.none]]\n' });
  const cases: [args: string[], code: string][] = [
    [['away'], 'FILE_UNREADABLE'],
    [['--speed', '0', 'a'], 'REPLAY_ARGUMENT'],
    [['--config', 'bad.toml', 'a'], 'CONFIG_UNKNOWN_DETECTOR'],
    [['a.csv'], 'CSV_NO_TIME'],
    [['--delimiter', '::', 'a.csv'], 'CSV_ARGUMENT'],
    [['--report', 'no/a.html', 'a'], 'REPORT_UNWRITABLE'],
    [['--report', 'a', 'a'], 'REPORT_UNWRITABLE'],
    [['--config', 'bad.toml', '--report', 'bad.toml', 'a'], 'REPORT_UNWRITABLE'],
    [['--labels', 'a', 'a'], 'REPLAY_ARGUMENT'],
  ];
  for (const [args, code] of cases) {
    const { status, stdout, stderr } = replay(t, dir, ...args);
    t.equal(status, 1, args.join(' '));
    t.equal(stdout.length, 0);
    t.match(stderr, new RegExp(`^${code}: [^\\n]+\\n$`));
  }
});

t.test('a file that breaks off leaves what was learned until then', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': CONFIG });
  const packed = gzipSync(RECORDING);
  writeFileSync(join(dir, 'cut.gz'), packed.subarray(0, packed.length / 2));
  const { status, stdout, stderr } = replay(
    t,
    dir,
    '--config',
    'anomaly.toml',
    '--state',
    'learned',
    'cut.gz',
  );
  t.equal(status, 1);
  t.match(stderr, /^FILE_UNREADABLE: cut\.gz cannot be read: unexpected end of file$/m);
  t.ok(stdout.length > 0);
  const list = spawnSync(process.execPath, [CLI, 'state', 'list', '--path', join(dir, 'learned')]);
  t.match(list.stdout.toString(), 'mem,host=demo');
});

/** A replay that would take hours, and has written its first point. */
async function waiting(t: Test) {
  const dir = t.testdir({ a: 'm v=1 1\nm v=2 9000000000000000\nm v=3 9000000000000001' });
  const child = spawn(process.execPath, [CLI, 'replay', '--speed', '1', '--state', 'learned', 'a'], {
    cwd: dir,
    env: { XDG_STATE_HOME: dir },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [first] = await once(child.stdout, 'data');
  t.equal(String(first), 'm v=1 1\n', 'the second point is not due');
  return { child, dir, exited, stderr: () => stderr };
}

t.test('Ctrl-C ends the waiting, and leaves a whole state', async (t) => {
  const { child, dir, exited, stderr } = await waiting(t);
  child.kill('SIGINT');
  t.strictSame(await exited, [130, null]);
  t.match(stderr(), /^REPLAY_STOPPED: by SIGINT; replayed \d point/m);
  const { stdout } = spawnSync(process.execPath, [CLI, 'state', 'list', '--path', join(dir, 'learned')], {
    encoding: 'utf8',
  });
  t.match(stdout, /^m\tv|^m +v/m);
});

t.test('a pipe that is silent does not outlast the signal', async (t) => {
  const dir = t.testdir();
  spawnSync('mkfifo', ['pipe'], { cwd: dir });
  const pipe = openSync(join(dir, 'pipe'), 'r+');
  t.teardown(() => closeSync(pipe));
  const child = spawn(process.execPath, [CLI, 'replay', 'pipe'], { cwd: dir, env: { XDG_STATE_HOME: dir } });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  writeSync(pipe, 'm v=1 1\n');
  t.equal(String((await once(child.stdout, 'data'))[0]), 'm v=1 1\n');
  child.kill('SIGTERM');
  t.strictSame(await exited, [null, 'SIGTERM'], 'which is 143 to a shell');
});

t.test('a report is whole though nobody reads the points', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': CONFIG });
  writeFileSync(join(dir, 'a'), RECORDING);
  const script = `"$0" "$1" replay --config anomaly.toml --no-quiet --report "$2" a | $3 > /dev/null; exit "\${PIPESTATUS[0]}"`;
  const said = ['head', 'cat'].map((reader) => {
    const argv = ['-c', script, process.execPath, CLI, `${reader}.html`, reader];
    const { status, stderr } = spawnSync('bash', argv, { cwd: dir, encoding: 'utf8' });
    t.equal(status, 0, stderr);
    return /: \d+ series, [\d,]+ values/.exec(stderr)?.[0];
  });
  t.ok(said[0]);
  t.equal(said[0], said[1]);
});

t.test('nobody who reads on ends it, too', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': CONFIG });
  writeFileSync(join(dir, 'a'), RECORDING);
  const script = `"$0" "$1" replay --config anomaly.toml --state learned a a a | head -n 1; exit "\${PIPESTATUS[0]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, CLI], {
    cwd: dir,
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  t.equal(stdout.split('\n').length, 2);
  t.match(stderr, /^replayed /m);
});
