/** After a training, whatever has befallen it, `run` says what it would have said had it seen the history itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import {
  CONFIG,
  DAYS,
  daysOf,
  type Ended,
  pagesSince,
  program,
  Running,
  watched,
} from '../support/history.ts';
import { isFlagged } from '../support/line-protocol.ts';

/** More than a memory of 1 MiB holds. */
const SHAPE = { tagSets: 240, steps: 24 };
const LAST = DAYS - 1;
/** Of one training. */
const KILLS = 4;

const before = daysOf(0, LAST, SHAPE);
const last = daysOf(LAST, DAYS, SHAPE);

const config = (state: string) =>
  `[state]\n  path = "${state}"\n  memory = "1MiB"\n  snapshot_interval = "50ms"\n  sync = false\n${CONFIG}`;

/** A directory with two configs: of the trained state, and of one that saw everything. */
function place(t: Test): string {
  return t.testdir({
    'anomaly.toml': config('state'),
    'seen.toml': config('seen'),
    'history.influx': before,
  });
}

/** What `run` writes for the last day, having seen all the days before. */
let expected: Buffer;
t.before(() => {
  const dir = t.testdir({ 'anomaly.toml': config('state') });
  const { code, output } = program(dir, ['run', '--config', 'anomaly.toml'], before + last);
  if (code !== 0) throw new Error('run failed');
  const first = program(dir, ['run', '--config', 'anomaly.toml'], '');
  if (first.code !== 0) throw new Error('run failed');
  // Events come right behind their points, so the last day begins with its first point.
  const [line = ''] = last.split(' load=', 1);
  const times = last.slice(0, last.indexOf('\n')).split(' ').at(-1)!;
  const text = output.toString('latin1');
  const at = text.indexOf(times);
  expected = output.subarray(text.lastIndexOf('\n', at) + 1);
  if (!text.slice(text.lastIndexOf('\n', at) + 1).startsWith(line))
    throw new Error('the last day is not there');
});

function lastDay(dir: string): Ended {
  return program(dir, ['run', '--config', 'anomaly.toml'], last);
}

const train = ['train', '--config', 'anomaly.toml'];

t.test('the last day is worth comparing', async (t) => {
  const lines = expected.toString().split('\n');
  t.ok(lines.filter(isFlagged).length > 100);
  t.ok(lines.some((line) => line.startsWith('anomaly,') && line.includes('state=end')));
});

t.test('the last day is the same to the byte', async (t) => {
  const dir = place(t);
  const { code, output, log } = program(dir, [...train, 'history.influx']);
  t.equal(code, 0, log);
  t.equal(output.length, 0);
  t.match(log, /learned 80,640 points, /);
  t.ok(lastDay(dir).output.equals(expected));
});

t.test('plain and compressed files, cut between two lines, and without the last newline', async (t) => {
  const dir = place(t);
  const cut = before.indexOf('\n', before.length / 3) + 1;
  const parts = [before.slice(0, cut), before.slice(cut, 2 * cut), before.slice(2 * cut)];
  const cutAgain = parts[1]!.lastIndexOf('\n');
  writeFileSync(join(dir, 'a.gz'), gzipSync(parts[0]!));
  writeFileSync(join(dir, 'b'), parts[1]!.slice(0, cutAgain));
  writeFileSync(
    join(dir, 'c.gz'),
    Buffer.concat([gzipSync(parts[1]!.slice(cutAgain + 1)), gzipSync(parts[2]!)]),
  );
  const { code, log } = program(dir, [...train, 'a.gz', 'b', 'c.gz']);
  t.equal(code, 0, log);
  t.ok(lastDay(dir).output.equals(expected));
});

t.test('Ctrl-C leaves a whole state, and the next training goes on', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const dir = place(t);
    const argv = [...train, 'history.influx'];
    const store = await watched(t, join(dir, 'state'));
    const running = new Running(t, dir, argv);
    await running.until(store, ({ position }) => position !== undefined);
    running.kill(signal);
    const { code, log } = await running.end();
    t.equal(code, signal === 'SIGINT' ? 130 : 143, log);
    t.match(log, /TRAIN_STOPPED: at byte \d+ of history\.influx; /);
    const next = program(dir, argv);
    t.equal(next.code, 0, next.log);
    t.match(next.log, /learned [\d,]+ points after [\d,]+ before/);
    t.ok(lastDay(dir).output.equals(expected));
  }
});

t.test('kill -9 at any moment, again and again', async (t) => {
  const dir = place(t);
  writeFileSync(join(dir, 'history.gz'), gzipSync(before));
  const argv = [...train, 'history.gz'];
  const store = await watched(t, join(dir, 'state'));
  for (let kill = 0, number = 0; kill < KILLS; kill++) {
    const running = new Running(t, dir, argv);
    // Between two marks of its own, where some of what was learned since is on disk; the first before its first one.
    const enough = number + (kill === 0 ? 1 : 2);
    const mark = await running.until(
      store,
      async (mark) => mark.number >= enough && (await pagesSince(store, mark)) > 10 * kill,
    );
    running.kill('SIGKILL');
    t.equal((await running.end()).signal, 'SIGKILL', 'it was at work');
    number = mark?.number ?? number;
  }
  const { code, log } = program(dir, argv);
  t.equal(code, 0, log);
  t.match(log, /learned [\d,]+ points after [\d,]+ before/);
  t.ok(lastDay(dir).output.equals(expected));
});
