import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import lmdb from '../plugins/stores/lmdb/lmdb.ts';
import memory from '../plugins/stores/memory/memory.ts';
import { problemText } from '../src/config/problem.ts';
import { type Config, type Loaded, loadConfig, type PluginTable } from '../src/config.ts';
import type { Detector } from '../src/detector.ts';
import { Live } from '../src/live.ts';
import { identity } from './support/road.ts';

/** So often a detector can be made from now on. */
let left = Number.POSITIVE_INFINITY;

/** Its score is how many values it has learned. */
const counting: Detector = {
  name: 'counting',
  version: 1,
  threshold: 1000,
  options: ({ z }) => z.object({ shape: z.int().default(1).meta({ shapes: true }) }),
  create: () => {
    if (left-- <= 0) throw new Error('its file is gone');
    return { ...identity, score: ({ f64 }, at) => f64[at]! };
  },
};

const plugins: PluginTable = {
  detectors: { counting: async () => ({ default: counting }) },
  stores: { lmdb: async () => ({ default: lmdb }), memory: async () => ({ default: memory }) },
};

const configOf = (policy = '', agent = '', state = 'path = "state"') =>
  `[agent]\n${agent}\n[state]\n${state}\n[[detectors.counting]]\nscore_fields = true\n${policy}\n`;

/** Goes on from run to run. */
let time = 0;

async function start(t: Test, directory: string, text = configOf()) {
  const file = join(directory, 'anomaly.toml');
  const write = (text: string) => writeFileSync(file, text);
  write(text);
  const loaded = await loadConfig(file, plugins);
  if (loaded.config === undefined) throw new Error(loaded.problems.map(problemText).join());
  const written = t.capture(process.stderr, 'write', () => true);
  const live = await Live.open({ file, loaded: loaded as Loaded & { config: Config }, plugins });
  const log: string[] = [];
  const hear = () => {
    for (const { args } of written()) log.push(String(args[0]).replace(' [telegraf-anomaly]', '').trim());
  };
  return {
    live,
    write,
    /** The lines of the log since it was asked last. */
    logged: () => {
      hear();
      return log.splice(0);
    },
    /** Waits for a line that begins so, and answers it. */
    told: async (head: string, meanwhile: () => unknown = () => {}) => {
      for (;;) {
        await meanwhile();
        hear();
        const found = log.find((line) => line.startsWith(head));
        if (found !== undefined) return found;
        await delay(20);
      }
    },
    /** The points of these hosts as they come out; `1` is the score, and `!` stands for an alarm. */
    pass: async (...hosts: string[]) => {
      time++;
      const text = hosts.map((host) => `m,host=${host} v=1 ${time}\n`).join('');
      const out = Buffer.from(await live.process(Buffer.from(text))).toString();
      return out
        .trimEnd()
        .split('\n')
        .map((line) => `${/v_score=(\d+)/.exec(line)?.[1]}${line.includes('anomaly=') ? '!' : ''}`)
        .join(' ');
    },
    close: async () => {
      await live.end();
      await live.close();
    },
  };
}

t.test('remembers from run to run, and says what has passed', async (t) => {
  const directory = t.testdir();
  const first = await start(t, directory);
  t.equal(await first.pass('a', 'b'), '0 0');
  t.equal(await first.pass('a', 'b'), '1 1');
  await first.close();
  t.match(first.logged(), [/^I! .* 4 points: .* 4 values scored, 0 points flagged/]);
  const second = await start(t, directory);
  t.equal(await second.pass('a', 'c'), '2 0');
  await second.close();
});

t.test('begins in the middle of a line, and ends in one', async (t) => {
  const { live, close } = await start(t, t.testdir());
  live.begin(true);
  const out = Buffer.from(await live.process(Buffer.from('b v=1 1\nm v=1 1\nm v='))).toString();
  t.match(out, /^b v=1 1\nm .*v_score=0.* 1\n$/);
  t.equal(Buffer.from(await live.end()).toString(), 'm v=');
  await close();
});

t.test('a policy that changes leaves rows as they are', async (t) => {
  const { pass, write, told, logged, close } = await start(t, t.testdir());
  for (const scores of ['0 0', '1 1', '2 2']) t.equal(await pass('a', 'b'), scores);
  write(configOf('threshold = 3\ntagdrop = { host = ["b"] }'));
  let passed = 2;
  const last: string[] = [];
  while (!(last.at(-1) ?? '').includes('undefined')) {
    last.push(await pass('a', 'b'));
    passed++;
    await delay(20);
  }
  t.equal(last.at(-1), `${passed}! undefined`, 'a is flagged, b is not watched');
  t.equal(last.at(-2), `${passed - 1} ${passed - 1}`, 'and not before');
  t.match(logged(), [/^I! the config has changed: /]);
  write(configOf());
  await told('I! the config has changed', () => pass('a'));
  t.match(await pass('a', 'b'), new RegExp(`^\\d+ ${passed}$`), 'b goes on where it was');
  t.same(
    logged().filter((line) => !line.startsWith('I! ')),
    [],
  );
  await close();
});

t.test('a shape that changes begins afresh', async (t) => {
  const { pass, write, told, close } = await start(t, t.testdir());
  t.equal(await pass('a'), '0');
  write(configOf('shape = 2'));
  const scores: string[] = [];
  const first = await told('W! STATE_AFRESH', async () => {
    scores.push(await pass('b'));
  });
  t.match(first, '"counting"');
  t.equal(await pass('a'), '0');
  t.equal(scores.at(-1), '0', 'b too');
  await close();
});

t.test('a config that is wrong is refused with one line, and the old one stays', async (t) => {
  const { pass, write, told, logged, close } = await start(t, t.testdir());
  t.equal(await pass('a'), '0');
  let count = 1;
  for (const [wrong, code] of [
    ['[[detectors', 'CONFIG_SYNTAX'],
    [configOf('threshhold = 1\ndirection = 7'), 'CONFIG_UNKNOWN_KEY|CONFIG_INVALID_VALUE'],
    // It can be made when the config is checked, and then no more, by the old config neither.
    [configOf('threshold = 900'), 'Error: its file is gone'],
  ] as const) {
    left = 1;
    write(wrong);
    // Only with the next points is it tried, and then without them.
    const line = await told('E! ', async () => t.equal(await pass('a'), `${count++}`));
    t.match(line, new RegExp(`^E! CONFIG_REFUSED: .*(${code})`));
    t.equal(logged().length, 1);
    t.equal(await pass('a'), `${count++}`, 'what was learned is still there');
  }
  left = Number.POSITIVE_INFINITY;
  write(configOf('threshold = 1'));
  await told('I! the config has changed', () => {
    count++;
    return pass('a');
  });
  t.equal(await pass('a'), `${count}!`, 'the next one that is right is followed');
  await close();
});

t.test('nothing is followed after the end', async (t) => {
  const { live, write, logged, pass } = await start(t, t.testdir());
  await pass('a');
  await live.end();
  write('[[detectors');
  await delay(2500);
  t.same(logged(), []);
  await live.close();
});

/** The fields of the point of our own figures. */
const fieldsOf = (point: Buffer) =>
  Object.fromEntries(
    point
      .toString()
      .split(' ')[1]!
      .split(',')
      .map((field) => field.split('=')),
  );

t.test('figures go out every interval, where a line begins', async (t) => {
  const agent = 'stats_interval = "2s"';
  const state = 'path = "state"\nsnapshot_interval = "20ms"\nmemory = "2MiB"';
  const { live, pass, close } = await start(t, t.testdir(), configOf('', agent, state));
  await pass('a', 'b');
  await pass('a');
  await delay(2500);
  t.equal(live.figures(Buffer.from('m v')), undefined);
  const point = live.figures(Buffer.from('=1 1\n'));
  t.equal(live.figures(Buffer.from('m v=1 1\n')), undefined, 'the next is not due');
  t.match(String(point), /^internal_anomaly,.*store=lmdb.*\n$/);
  const found = fieldsOf(point!);
  t.match(found, { points: '3i', values: '3i', hot_rows: '6i', cold_rows: '0i' });
  t.equal(found.memory_limit_bytes, `${2 << 20}i`);
  t.ok(Number(found.snapshot_age_seconds) < 10);
  const bytes = Number.parseInt(found.memory_bytes!, 10);
  t.ok(bytes > 4096 && bytes <= 2 << 20, `${bytes} bytes`);
  await close();
});

t.test('in memory nothing is saved, and figures of a store are left out', async (t) => {
  const directory = t.testdir();
  const state = 'store = "memory"';
  const { live, pass, close } = await start(t, directory, configOf('', 'stats_interval = "20ms"', state));
  await pass('a');
  await delay(50);
  const point = live.figures(Buffer.from('\n'))!;
  t.match(String(point), 'store=memory');
  t.match(fieldsOf(point), { hot_rows: '3i', cold_rows: '0i' });
  for (const absent of ['snapshot_age_seconds', 'memory_limit_bytes'])
    t.notOk(absent in fieldsOf(point), absent);
  await close();
  t.notOk(existsSync(join(directory, 'state')));
});
