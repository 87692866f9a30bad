import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const check = (...args: string[]) =>
  spawnSync(process.execPath, [CLI, 'check', ...args], { encoding: 'utf8', env: {} });

t.test('every problem with its place, its code and a code frame', async (t) => {
  const file = join(
    t.testdir({ 'a.toml': '[[detectors.zscore]]\n\tdirection = "down"\n\tthreshold =\t"x"\nalais = 1\n' }),
    'a.toml',
  );
  const { status, stdout, stderr } = check('--config', file);
  t.equal(status, 1);
  t.equal(stderr, '');
  const [threshold, alias, end] = stdout.split('\n\n');
  t.match(threshold, `${file}:3:14: CONFIG_INVALID_VALUE threshold: `);
  t.same(threshold?.split('\n').slice(1), [
    '2 | \tdirection = "down"',
    '3 | \tthreshold =\t"x"',
    '  | \t           \t^',
  ]);
  t.match(alias, `${file}:4:1: CONFIG_UNKNOWN_KEY `);
  t.match(alias, 'did you mean "alias"?');
  t.match(end, /^2 problems; /);
  t.notMatch(stdout, /^\s+at /m, 'no stack trace');
});

t.test('a problem of the first line, and one of the file as a whole', async (t) => {
  const dir = t.testdir({ 'a.toml': 'x\n' });
  t.match(
    check('--config', join(dir, 'a.toml')).stdout,
    /a\.toml:1:2: CONFIG_SYNTAX .*\n1 \| x\n {2}\| {2}\^\n/,
  );
  const { status, stdout } = check('--config', join(dir, 'b.toml'));
  t.same(check(join(dir, 'b.toml')).stdout, stdout, 'the file may stand alone');
  t.equal(status, 1);
  t.match(stdout, new RegExp(`^${dir}/b\\.toml: CONFIG_UNREADABLE [^\n]*\n1 problem; `));
});

t.test('what a good config does', async (t) => {
  const file = join(
    t.testdir({
      'a.toml': `
        [[detectors.zscore]]
        [[detectors.zscore]]
          alias = "cpu-up"
          threshold = 4.5
          direction = "up"
          namepass = ["cpu"]
          fieldexclude = ["*_idle"]
          tagpass = { host = ["web*"], dc = [] }
      `,
    }),
    'a.toml',
  );
  const { status, stdout, stderr } = check('-config', file);
  t.equal(status, 0);
  t.equal(stderr, '');
  t.match(stdout, /^.*:9:\d+: warning CONFIG_NO_EFFECT /);
  const [, head, first, second] = /\n([^\n]+)\n([^\n]+)\n([^\n]+)\n$/.exec(stdout) ?? [];
  t.equal(head, `${file}: 2 detectors`);
  t.match(first, /^ {2}zscore {2}zscore {2}1\/week +every numeric field$/);
  t.equal(
    second,
    '  cpu-up  zscore  threshold 4.5 up  namepass = ["cpu"], tagpass.host = ["web*"], tagpass.dc = [], fieldexclude = ["*_idle"]',
  );
});

t.test('without a file the defaults are checked', async (t) => {
  const { status, stdout } = check();
  t.equal(status, 0);
  t.match(stdout, /^the defaults: 1 detector\n {2}baseline /);
});

t.test('a telegraf.conf is known as one', async (t) => {
  const dir = t.testdir({
    'telegraf.conf': '[[processors.execd]]\n  command = ["telegraf-anomaly"]\n  threshold = 4\n',
  });
  const { status, stdout } = check('--config', join(dir, 'telegraf.conf'));
  t.equal(status, 1);
  t.match(stdout, /:1:1: CONFIG_TELEGRAF_FILE /);
  t.match(stdout, 'a file of their own');
});

t.test('what the values are made into, where it is not left to the defaults', async (t) => {
  const of = (table: string) => {
    const file = join(t.testdir({ 'a.toml': `[[detectors.zscore]]\n${table}` }), 'a.toml');
    return check('--config', file).stdout;
  };
  t.match(of('prepare = "log"'), /every numeric field, prepare = "log"\n$/);
  t.match(of('prepare = ["log", "difference"]'), /field, prepare = \["log", "difference"\]\n$/);
  t.match(of('counter = "off"'), /field, counter = "off"\n$/);
  const both = of('prepare = "log"\ncounter = "auto"');
  t.match(both, /:3:\d+: warning CONFIG_NO_EFFECT prepare takes its place/);
  t.match(
    of('prepare = "lgo"'),
    /:2:11: CONFIG_INVALID_VALUE prepare: expected .*"none".*"log".*, got "lgo"/,
  );
  t.match(of('prepare = ["log", "none"]'), /CONFIG_INVALID_VALUE prepare/);
});
