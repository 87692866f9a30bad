/** `run` fails open: whatever is wrong with its config, its arguments or a detector, it says so and the points pass. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { uniform } from '../../src/math/random.ts';
import { Child, CLI } from '../support/child.ts';
import { PARTS_REQUIRED } from '../support/parts.ts';

const TEXT = 'm,host=a a=1 1\nno point\n\nm,host=a a=1e9,s="x\ny" 2\n';

/** Milliseconds: less than what is left to the reader of a pipe. */
const LINGER = 900;

/** The child passes `TEXT` on unscored, half a line too, waits for more, and logs a line that begins with `told`. */
async function passes(t: Test, child: Child, told = 'E! '): Promise<void> {
  await child.write(TEXT);
  await child.until('the points are out', () => child.output.length >= TEXT.length);
  await child.until('the log is there', () => child.logged(told).length > 0);
  await child.write('m a=2');
  const { code } = await child.end();
  t.equal(code, 0);
  t.equal(child.text, `${TEXT}m a=2`);
}

t.test('a config with mistakes', async (t) => {
  const config = '[[detectors.zscore]]\n  threshhold = 3\n';
  const child = await Child.start(t, { files: { 'anomaly.toml': config } });
  await passes(t, child);
  t.equal(child.log.length, 1);
  t.match(child.log[0], /^E! .*CONFIG_UNKNOWN_KEY: anomaly\.toml:2:3: .*threshhold.*"threshold".*unscored/);
});

t.test('a config with many mistakes is told of in one line', async (t) => {
  const config = '[agent]\n  log_level = 7\n  x = 1\n[[detectors.nothing]]\n';
  const child = await Child.start(t, { files: { 'anomaly.toml': config } });
  await passes(t, child);
  t.equal(child.log.length, 1);
  t.match(
    child.log[0],
    /^E! .*: anomaly\.toml:2:15: .*2 more: telegraf-anomaly check --config anomaly\.toml/,
  );
});

t.test('a config that is not there, or a directory', async (t) => {
  for (const path of ['absent.toml', '.']) {
    const child = await Child.start(t, { arguments: ['--config', path] });
    await passes(t, child);
    t.equal(child.log.length, 1);
    t.match(child.log[0], /^E! .*CONFIG_UNREADABLE: .*unscored/);
  }
});

t.test('arguments that run does not know', async (t) => {
  const child = await Child.start(t, { arguments: ['--verbose', '-x', 'more', '--config'] });
  await child.write(TEXT);
  await child.until('the points are out', () => child.text === TEXT);
  t.equal(child.logged('W! ').filter((line) => line.includes('ignored')).length, 4);
  t.same(child.logged('E! '), []);
  t.equal((await child.end()).code, 0);
});

t.test('without a config the default detector watches everything', async (t) => {
  const child = await Child.start(t);
  let text = '';
  for (let i = 0; i < 600; i++) {
    const [some, other] = [50 + 5 * uniform(1, i, 0), Math.floor(5 * uniform(2, i, 0))];
    text += `any,host=${i % 2} some=${some.toFixed(2)},other=${other}i ${600e9 * i}\n`;
  }
  await child.write(text);
  await child.until('the points are out', () => child.text === text);
  await child.write('any,host=0 some=52,other=-900i 360000000000000\n');
  await child.until('the next is out', () => child.output.length > text.length);
  t.match(
    child.text.slice(text.length),
    /^any,anomaly=critical,anomaly_detector=baseline,host=0|^any,host=0,anomaly=critical/,
  );
  t.match(child.text.slice(text.length), 'anomaly_fields="other"');
  t.equal((await child.end()).code, 0);
});

/** A detector of the name `own`, whose `learn` is given. */
function own(learn: string): Record<string, string> {
  return {
    'own.js': `export default {
      name: 'own', version: 1, threshold: 1,
      options: ({ z }) => z.object({}),
      create: () => ({ width: 1, score: () => 0, learn: (rows, at, time, value) => { ${learn} } }),
    };`,
    'anomaly.toml': '[[detectors.own]]\n  module = "./own.js"\n',
  };
}

t.test('a detector that throws', async (t) => {
  const child = await Child.start(t, { files: own('throw new TypeError("it broke")') });
  await passes(t, child);
  const errors = child.logged('E! ');
  t.equal(errors.length, 1);
  t.match(errors[0], /DETECTOR_FAILED: own on m,host=a a: TypeError: it broke/);
});

t.test('a detector that throws behind our back', async (t) => {
  for (const learn of [
    'setTimeout(() => { throw new TypeError("it broke") })',
    'Promise.reject(new TypeError("it broke"))',
    'process.nextTick(() => { throw null })',
  ]) {
    const child = await Child.start(t, { files: own(learn) });
    await passes(t, child);
    const errors = child.logged('E! ');
    t.equal(errors.length, 1);
    t.match(errors[0], /UNEXPECTED: (TypeError: it broke|null)/);
    t.ok(errors[0]!.length < 1100);
  }
});

t.test('what a detector prints is no point', async (t) => {
  const child = await Child.start(t, {
    files: own('console.log("value is %d", value); console.warn("w\\nw")'),
  });
  await passes(t, child, 'I! ');
  t.match(child.logged('I! ')[0], /value is 1$/);
  t.match(
    child.logged('W! ').find((line) => !line.includes('MALFORMED')),
    /w w$/,
  );
});

t.test('files in place of the pipes', async (t) => {
  const files = { 'in.influx': TEXT.repeat(50_000), 'out.influx': '' };
  let shortest = Number.POSITIVE_INFINITY;
  // The best of some: any one may be held up by what else the machine does.
  for (let tries = 0; tries < 5 && !(shortest < LINGER); tries++) {
    const child = await Child.start(t, { files, stdin: 'in.influx', stdout: 'out.influx' });
    await child.until('all is written', () => child.logged('I! ').length > 0 || !child.alive);
    const written = performance.now();
    const { code, at } = await child.exit();
    t.equal(code, 0);
    t.ok(readFileSync(`${child.directory}/out.influx`, 'utf8') === files['in.influx']);
    shortest = Math.min(shortest, at - written);
  }
  t.ok(shortest < LINGER, `a file needs no time to be read: ${shortest} ms`);
});

t.test(
  'a full disk ends the program with an error that says so',
  { skip: !PARTS_REQUIRED && !existsSync('/dev/full') && 'no /dev/full' },
  async (t) => {
    const child = await Child.start(t, { stdout: '../../../../../../../../../../../../dev/full' });
    await child.write(TEXT);
    t.equal((await child.exit()).code, 1);
    t.match(child.logged('E! '), [/STDOUT_FAILED: .*ENOSPC/]);
  },
);

const script = spawnSync('script', ['--version']).status === 0;
t.test(
  'on a terminal Ctrl-C ends it',
  { skip: !PARTS_REQUIRED && !script && 'no script(1) of util-linux' },
  async (t) => {
    const { PATH } = process.env;
    const terminal = spawn('env', [
      '-i',
      `PATH=${PATH}`,
      `XDG_STATE_HOME=${t.testdir()}`,
      'script',
      '-qec',
      `exec ${process.execPath} ${CLI} run`,
      '/dev/null',
    ]);
    t.teardown(() => terminal.kill('SIGKILL'));
    let screen = '';
    let reached = () => {};
    terminal.stdout.setEncoding('utf8').on('data', (text) => {
      screen += text;
      if (screen.split('m a=1 1').length > 2) reached();
    });
    const code = new Promise<number | null>((resolve) => terminal.on('exit', resolve));
    const echoed = new Promise<void>((resolve) => {
      reached = resolve;
    });
    terminal.stdin.write('m a=1 1\n');
    await Promise.race([echoed, code]);
    terminal.stdin.write('\x03');
    t.equal(await Promise.race([code, delay(60_000, 'it did not end', { ref: false })]), 0);
    t.notMatch(screen, 'E! ');
    t.match(screen, /I! .*stdin ended after 1 points/);
  },
);

t.test('with figures that are due while it ends, it ends well', async (t) => {
  const dir = t.testdir({
    'a.toml': '[agent]\n  stats_interval = "1s"\n[state]\n  store = "memory"\n[[detectors.zscore]]\n',
  });
  const script = `(echo 'm a=1 1'; sleep 1.5) | "${process.execPath}" "${CLI}" run --config "${dir}/a.toml" 2> >(cat >&2) | cat; exit \${PIPESTATUS[1]}`;
  const { status, stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  t.equal(status, 0);
  t.match(stdout, /^m a=1 1\n/);
});
