/**
 * The built program under a real Telegraf. What Telegraf writes without us, or with `cat` in our place, is the
 * measure wherever there is one.
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { isFlagged, parsePoint, splitPoints, valueText, withoutAnnotation } from './support/line-protocol.ts';
import { loadPoint } from './support/load.ts';
import { BUILD_MILLISECONDS, ROOT, telegrafPart } from './support/parts.ts';
import { PROGRAM, Telegraf } from './support/telegraf.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();

const AGENT = `[agent]
  omit_hostname = true
  precision = "1ns"
  flush_interval = "200ms"
  metric_buffer_limit = 1000000
`;
const SKIP_AGGREGATES = '  skip_processors_after_aggregators = true\n';
const INPUT = `[[inputs.file]]
  files = ["in.influx"]
`;
const OUTPUT = `[[outputs.file]]
  files = ["out.influx"]
  influx_uint_support = true
`;
const ANOMALY_TOML = '[[detectors.zscore]]\n';

function generator(pointsASecond: number, clock = ''): string {
  const program = `${ROOT}dist/test/support/generator.js`;
  const command = [process.execPath, program, 'count', String(pointsASecond), clock];
  return `[[inputs.execd]]\n  command = ${JSON.stringify(command)}\n`;
}

function execd(command: readonly string[], more = ''): string {
  return `[[processors.execd]]
  command = ${JSON.stringify(command)}
  restart_delay = "0s"
  influx_uint_support = true
${more}`;
}

/** Sends `points` through Telegraf once, and answers what its outputs.file wrote, as points. */
async function once(
  t: Test,
  points: string,
  processor: string,
  anomalyToml = ANOMALY_TOML,
): Promise<string[]> {
  const telegraf = new Telegraf(t, path, {
    config: AGENT + SKIP_AGGREGATES + INPUT + processor + OUTPUT,
    files: { 'in.influx': Buffer.from(points, 'latin1'), 'anomaly.toml': anomalyToml },
    arguments: ['--once'],
  });
  t.equal(await telegraf.end(), 0, 'Telegraf ends well');
  t.strictSame(telegraf.log('E'), [], 'no error in its log');
  return splitPoints(telegraf.output());
}

/** The same without us, in a test of its own so that each Telegraf has its directory. */
async function withoutUs(t: Test, points: string): Promise<string[]> {
  let written: string[] = [];
  await t.test('without us', async (t) => {
    written = await once(t, points, '');
  });
  return written;
}

/** A live Telegraf over the generator. */
function live(t: Test, inputs: string, processor: string, more = SKIP_AGGREGATES): Telegraf {
  return new Telegraf(t, path, {
    config: AGENT + more + inputs + processor + OUTPUT,
    files: { 'anomaly.toml': ANOMALY_TOML },
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

const count = (telegraf: Telegraf): number => telegraf.output().split('\n').length - 1;

/** All that was made has been written, once each. */
function nothingLost(t: Test, telegraf: Telegraf): void {
  const numbers = sequences(t, telegraf.output());
  t.equal(numbers.length, made(telegraf), `all of ${made(telegraf)} points are written`);
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** One line for each thing about line protocol that a careless processor gets wrong. */
const SHAPES = [
  'float value=1,half=0.5,exponent=1e5,huge=1e300,tiny=1e-20,least=5e-324,negative=-0.0,long=0.1 1767225600000000001',
  'integer zero=0i,most=9223372036854775807i,least=-9223372036854775808i 1767225600000000002',
  'unsigned value=42u,most=18446744073709551615u 1767225600000000003',
  'boolean only=true,other=f 1767225600000000004',
  'string only="text",empty="",space="a b",comma="a,b=c",hash="# no comment" 1767225600000000005',
  'string quote="say \\"hi\\"",backslash="C:\\\\dir\\\\",both="\\\\\\"" 1767225600000000006',
  'string lines="one\ntwo value=1 1\nthree\n",after=1 1767225600000000007',
  'string control="tab\tcarriage\r\nend" 1767225600000000008',
  utf8('einheit,ort=Zürich,☃=❄ größe=1.5,text="漢字 😀 é" 1767225600000000009'),
  'escaped\\,name\\ here,tag\\ key=tag\\ value,a\\,b=c\\,d,e\\=f=g\\=h field\\ key=1,x\\,y=2,z\\=w=3i 1767225600000000010',
  'quotes,tag="unclosed,other=a"b value=1 1767225600000000011',
  'windows,path=C:\\dir\\file value=1 1767225600000000012',
  'notags value=1 1767225600000000013',
  'order zebra=1,apple=2,mango="m",banana=3i 1767225600000000014',
  'order apple=2,banana=3i,zebra=1,mango="m" 1767225600000000015',
  'time value=1 0',
  'time value=1 -1',
  'time value=1 -1000000000000000001',
  'time value=1 -9223372036854775806',
  'time value=1 9223372036854775806',
  'ours,anomaly=critical,anomaly_detector=other anomaly_score=1.5,value=2 1767225600000000016',
  `wide ${Array.from({ length: 500 }, (_, at) => `field_${at}=${at}.5`).join(',')} 1767225600000000017`,
  `long text="${'0123456789abcdef '.repeat(20_000)}",value=1 1767225600000000018`,
];

/** Where the spike is in each series of `spiky`. */
const SPIKE = 450;

/** 500 points, a second apart, steady around 50 but for one value of 5000. `shape` makes the line. */
function spiky(shape: (value: number) => string): string[] {
  return Array.from({ length: 500 }, (_, at) => {
    const value = at === SPIKE ? 5000 : 50 + (((at * 7919) % 1000) / 1000 - 0.5);
    return `${shape(value)} ${1_767_225_600 + at}000000000`;
  });
}

t.test('points come out as they went in, flagged ones but for the annotation', options, async (t) => {
  const spikes = spiky((value) => `cpu,host=a usage=${value},text="two\nlines",idle=7i`);
  const points = `${[...SHAPES, ...spikes, ...SHAPES].join('\n')}\n`;
  const before = await withoutUs(t, points);
  t.equal(before.length, 2 * SHAPES.length + spikes.length, 'Telegraf reads every line of ours');
  const after = await once(t, points, execd(PROGRAM));
  t.equal(after.length, before.length, 'nothing lost or made up');

  const spike = SHAPES.length + SPIKE;
  const changed = after.flatMap((line, at) => (line === before[at] ? [] : [at]));
  t.strictSame(changed, [spike], 'only the spike is changed');
  t.ok(isFlagged(after[spike]!), 'the spike is flagged');
  t.equal(withoutAnnotation(after[spike]!), before[spike], 'and otherwise as it was');
  t.equal(valueText(after[spike]!, 'anomaly_fields'), '"usage"');
  t.equal(valueText(after[spike]!, 'anomaly_detector'), 'zscore');
});

t.test("Telegraf's selectors and ours work side by side", options, async (t) => {
  const points = [
    ...spiky((value) => `cpu,host=a usage_user=${value},usage_idle=${value},note="n"`),
    ...spiky((value) => `cpu,env=test,host=b usage_user=${value}`),
    ...spiky((value) => `cpu,host=c usage_idle=${value}`),
    ...spiky((value) => `mem,host=a usage_user=${value}`),
  ].join('\n');
  const before = await withoutUs(t, `${points}\n`);
  const processor = execd(PROGRAM, '  namepass = ["cpu"]\n  tagdrop = {env = ["test"]}\n');
  const after = await once(t, `${points}\n`, processor, `${ANOMALY_TOML}  fieldinclude = ["usage_u*"]\n`);

  const flagged = after.filter(isFlagged);
  t.equal(flagged.length, 1, 'only what both let through is flagged');
  t.match(flagged[0], /^cpu,.*host=a.* usage_user=5000,usage_idle=5000,note="n",/, 'no field is deleted');
  t.equal(valueText(flagged[0]!, 'anomaly_fields'), '"usage_user"');
  // A point that Telegraf's selectors keep from us overtakes those that we have.
  t.strictSame(after.map(withoutAnnotation).sort(), before.sort(), 'all else is as it was');
});

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
    const telegraf = live(t, inputs, execd(PROGRAM), `  skip_processors_after_aggregators = ${skip}\n`);
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
    t.strictSame(telegraf.log('E'), []);
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
      t.equal(telegraf.log('E', 'exited: signal: killed').length, 1, "Telegraf's log tells of it");
    });
  }
  t.comment(`lost of about 12,000 points at 5,000/s: ${lost[0]} with cat, ${lost[1]} with us`);
});

t.test('SIGTERM to Telegraf loses nothing that the input delivered', options, async (t) => {
  const telegraf = live(t, generator(20_000), execd(PROGRAM));
  await telegraf.until('20000 points are out', () => count(telegraf) > 20_000);
  t.equal(await telegraf.stop(), 0);
  nothingLost(t, telegraf);
  t.strictSame(telegraf.log('E'), [], 'the child ends as Telegraf wants it to');
});

t.test('--once writes every point to the last', options, async (t) => {
  const points = Array.from({ length: 100_000 }, (_, sequence) => loadPoint(sequence));
  const after = await once(t, `${points.join('\n')}\n`, execd(PROGRAM));
  t.equal(after.length, points.length);
  t.ok(after.join('\n') === points.join('\n'), 'as they went in');
});

t.test('--test prints every point', options, async (t) => {
  const printed: string[] = [];
  for (const processor of ['', execd(PROGRAM)]) {
    await t.test(processor === '' ? 'without us' : 'with us', async (t) => {
      const telegraf = new Telegraf(t, path, {
        config: AGENT + SKIP_AGGREGATES + INPUT + processor + OUTPUT,
        files: { 'in.influx': Buffer.from(`${SHAPES.join('\n')}\n`, 'latin1'), 'anomaly.toml': ANOMALY_TOML },
        arguments: ['--test'],
      });
      t.equal(await telegraf.end(), 0);
      printed.push(telegraf.stdout);
    });
  }
  t.equal(printed[0]?.match(/^> /gm)?.length, SHAPES.length);
  t.equal(printed[1], printed[0]);
});

t.test("our log lines reach Telegraf's log with their level", options, async (t) => {
  const telegraf = live(t, generator(1000), execd(PROGRAM));
  await telegraf.until('500 points are out', () => count(telegraf) > 500);
  t.equal(await telegraf.stop(), 0);
  const ours = telegraf.log('', '[telegraf-anomaly]');
  t.ok(ours.length > 0, 'we say that we are there');
  t.strictSame(
    ours.filter(
      ({ level, text }) => level !== 'I' || !text.startsWith('[processors.execd] [telegraf-anomaly] '),
    ),
    [],
    'each line at its level, without its prefix',
  );
  t.strictSame(telegraf.log('E'), [], 'nothing counts as an error');
  t.strictSame(telegraf.log('W'), [], 'or as a warning');
});

t.test('with a config file that is wrong, points pass unscored', options, async (t) => {
  const telegraf = new Telegraf(t, path, {
    config: AGENT + SKIP_AGGREGATES + generator(2000) + execd(PROGRAM) + OUTPUT,
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
  const telegraf = live(t, generator(5000), execd(PROGRAM));
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
