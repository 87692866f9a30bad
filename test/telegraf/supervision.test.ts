/**
 * The built program as a child of a live Telegraf: started, fed, stopped, killed and replaced. Where points are
 * lost around a child's death whatever it does, `cat` in our place is the measure.
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { parsePoint, splitPoints, valueText } from '../support/line-protocol.ts';
import { loadPoint } from '../support/load.ts';
import { BUILD_MILLISECONDS, ROOT, telegrafPart } from '../support/parts.ts';
import { PROGRAM, Telegraf } from '../support/telegraf.ts';
import { AGENT, ANOMALY_TOML, execd, OUTPUT, SKIP_AGGREGATES } from '../support/telegraf-once.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();

function generator(pointsASecond: number, clock = ''): string {
  const program = `${ROOT}dist/test/support/generator.js`;
  const command = [process.execPath, program, 'count', String(pointsASecond), clock];
  return `[[inputs.execd]]\n  command = ${JSON.stringify(command)}\n`;
}

/** The generator's sequence grows by leaps of its ticks: taken for a counter, its rate would be strange at times. */
const NO_COUNTERS = `${ANOMALY_TOML}  counter = "off"\n`;

/** A live Telegraf over the generator. */
function live(t: Test, inputs: string, processor: string, more = SKIP_AGGREGATES): Telegraf {
  return new Telegraf(t, path, {
    config: AGENT + more + inputs + processor + OUTPUT,
    files: { 'anomaly.toml': NO_COUNTERS },
  });
}

/** The numbers of the generator's points in an output, which must be as they were made, and in order. */
function sequences(t: Test, output: string): number[] {
  const points = splitPoints(output).filter((line) => line.includes(',sequence='));
  const numbers = points.map((line) => Number.parseInt(valueText(line, 'sequence') ?? '', 10));
  const wrong = points.filter((line, at) => line !== loadPoint(numbers[at]!, BigInt(parsePoint(line).time)));
  t.strictSame(wrong, [], 'no point is changed');
  t.strictSame(
    numbers.filter((number, at) => at > 0 && number <= numbers[at - 1]!),
    [],
    'no point comes twice or out of order',
  );
  return numbers;
}

/** How many points the generator has made, once it is stopped. */
function made(telegraf: Telegraf): number {
  return Number(readFileSync(`${telegraf.directory}/count`, 'utf8'));
}

/** What can be under way at one time: in the pipes to and from a child, and in the chunk that it has read. */
const UNDER_WAY_BYTES = 3 * (64 << 10);

const count = (telegraf: Telegraf): number => telegraf.output().split('\n').length - 1;

/** All that was made has been written, once each. */
function nothingLost(t: Test, telegraf: Telegraf): void {
  const numbers = sequences(t, telegraf.output());
  t.equal(numbers.length, made(telegraf), `all of ${made(telegraf)} points are written`);
}

for (const skip of [true, false]) {
  const name = skip ? 'an aggregator after us' : 'aggregates through a second child of ours';
  t.test(`with ${name}, nothing is lost or doubled`, options, async (t) => {
    const aggregator = `[[aggregators.basicstats]]
  period = "500ms"
  grace = "60s"
  drop_original = false
  stats = ["count"]
  fieldinclude = ["sequence"]
`;
    const inputs = generator(4000, 'now') + aggregator;
    const telegraf = live(t, inputs, execd(), `  skip_processors_after_aggregators = ${skip}\n`);
    await telegraf.until('6000 points are out', () => count(telegraf) > 6000);
    t.equal(telegraf.children('cli.js').length, skip ? 1 : 2, 'children of ours');
    t.equal(await telegraf.stop(), 0);

    nothingLost(t, telegraf);
    const aggregates = splitPoints(telegraf.output()).filter((line) => line.includes('sequence_count='));
    const counted = aggregates.map((line) => Number.parseInt(valueText(line, 'sequence_count') ?? '', 10));
    t.equal(
      counted.reduce((sum, value) => sum + value, 0),
      made(telegraf),
      'each point is in one aggregate',
    );
    t.equal(new Set(aggregates).size, aggregates.length, 'each aggregate comes once');
    const errors = telegraf.log('E').map(({ text }) => text);
    // The second child cannot have the first one's state directory, and says so after some seconds.
    const busy = errors.filter((text) => /LOCK_BUSY: .*skip_processors_after_aggregators/.test(text));
    t.strictSame(errors, skip ? [] : busy);
    t.ok(busy.length <= 1);
  });
}

t.test('kill -9 of the child leaves one gap in the stream', options, async (t) => {
  const lost: number[] = [];
  for (const command of [['cat'], PROGRAM]) {
    await t.test(command[1] ?? 'cat', async (t) => {
      const telegraf = live(t, generator(5000), execd(command));
      await telegraf.until('5000 points are out', () => count(telegraf) > 5000);
      const part = command.join(' ');
      const [child] = telegraf.children(part);
      const before = count(telegraf);
      process.kill(child!.pid, 'SIGKILL');
      await telegraf.until('5000 more are out', () => count(telegraf) > before + 5000);
      const [successor] = telegraf.children(part);
      t.not(successor?.pid, child!.pid, 'another child is in its place');
      t.equal(await telegraf.stop(), 0);

      const numbers = sequences(t, telegraf.output());
      const gaps = numbers.filter((number, at) => number > (numbers[at - 1] ?? -1) + 1);
      t.ok(gaps.length <= 1, 'at most one gap');
      t.equal(numbers.at(-1), made(telegraf) - 1, 'the stream goes on to the end');
      lost.push(made(telegraf) - numbers.length);
      const most = UNDER_WAY_BYTES / loadPoint(10_000).length;
      t.ok(lost.at(-1)! < most, `no more than ${Math.floor(most)} points are lost: ${lost.at(-1)}`);
      t.equal(telegraf.log('E', 'exited: signal: killed').length, 1, "Telegraf's log tells of it");
    });
  }
  t.comment(`lost of about 12,000 points at 5,000/s: ${lost[0]} with cat, ${lost[1]} with us`);
});

t.test('SIGTERM to Telegraf loses nothing that the input delivered', options, async (t) => {
  const telegraf = live(t, generator(20_000), execd());
  await telegraf.until('20000 points are out', () => count(telegraf) > 20_000);
  t.equal(await telegraf.stop(), 0);
  nothingLost(t, telegraf);
  t.strictSame(telegraf.log('E'), [], 'the child ends as Telegraf wants it to');
});

t.test('Ctrl-C, which reaches the children too, loses nothing either', options, async (t) => {
  const telegraf = live(t, generator(5000), execd());
  await telegraf.until('5000 points are out', () => count(telegraf) > 5000);
  telegraf.interrupt();
  t.equal(await telegraf.end(), 0);
  nothingLost(t, telegraf);
  t.strictSame(telegraf.log('E', 'processors.execd'), [], 'the child waits for the end of its stdin');
});

t.test("our log lines reach Telegraf's log with their level", options, async (t) => {
  const telegraf = live(t, generator(1000), execd([...PROGRAM, '--colour']));
  await telegraf.until('500 points are out', () => count(telegraf) > 500);
  t.equal(await telegraf.stop(), 0);
  nothingLost(t, telegraf);
  const [warning, information, ...more] = telegraf.log('', '[telegraf-anomaly]');
  t.equal(warning?.level, 'W');
  t.match(warning?.text, /^\[processors\.execd\] \[telegraf-anomaly\] .*"--colour"/, 'without its prefix');
  t.equal(information?.level, 'I');
  t.match(
    information?.text,
    `[processors.execd] [telegraf-anomaly] stdin ended after ${made(telegraf)} points: `,
  );
  t.strictSame(more, [], 'we say no more than that');
  t.strictSame(telegraf.log('E'), [], 'nothing counts as an error');
});

t.test('with a config file that is wrong, points pass unscored', options, async (t) => {
  const telegraf = new Telegraf(t, path, {
    config: AGENT + SKIP_AGGREGATES + generator(2000) + execd() + OUTPUT,
    files: { 'anomaly.toml': '[[detectors.zscore]]\n  thresold = 4.0\n' },
  });
  await telegraf.until('4000 points are out', () => count(telegraf) > 4000);
  t.equal(await telegraf.stop(), 0);
  nothingLost(t, telegraf);
  t.equal(telegraf.log('I', 'Starting process: ').length, 2, 'the generator and we are started once');
  const errors = telegraf.log('E');
  t.equal(errors.length, 1, 'one error in the log');
  t.match(errors[0]?.text, /anomaly\.toml:2:3/, 'which says where');
});

t.test('SIGHUP to Telegraf puts a new child in the place of the old one', options, async (t) => {
  const telegraf = live(t, generator(5000), execd());
  await telegraf.until('5000 points are out', () => count(telegraf) > 5000);
  const [old] = telegraf.children('cli.js');
  telegraf.signal('SIGHUP');
  const young = await telegraf.until('a new child is there', () =>
    telegraf.children('cli.js').find(({ pid }) => pid !== old!.pid),
  );
  const before = count(telegraf);
  await telegraf.until('5000 more points are out', () => count(telegraf) > before + 5000);
  t.strictSame(
    telegraf.children('cli.js').map(({ pid }) => pid),
    [young.pid],
    'the old child is gone',
  );
  t.equal(await telegraf.stop(), 0);
  nothingLost(t, telegraf);
  t.strictSame(telegraf.log('E'), []);
});
