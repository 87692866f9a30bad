/**
 * What we add to a point, as a real Telegraf reads it and writes it again: names and values that need an escape,
 * numbers of any size, and our own annotation on a point that comes to us a second time.
 */
import t from 'tap';
import { isFlagged } from '../support/line-protocol.ts';
import { BUILD_MILLISECONDS, telegrafPart } from '../support/parts.ts';
import { PROGRAM } from '../support/telegraf.ts';
import { execd, runOnce } from '../support/telegraf-once.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
/** A name with everything that tags or strings escape; in TOML, as a tag, and in a string. */
const ALIAS = String.raw`a b,c=d "é" C:\dir`;
const ALIAS_TAG = utf8(String.raw`a\ b\,c\=d\ "é"\ C:\dir`);
const ALIAS_STRING = utf8(String.raw`"a b,c=d \"é\" C:\\dir"`);

const ANOMALY_TOML = `
[[detectors.echo]]
  module = "./echo.js"
  threshold = 5.0
  alias = '${ALIAS}'
  namepass = ["tags"]
[[detectors.echo]]
  module = "./echo.js"
  threshold = 5.0
  alias = '${ALIAS} too'
  namepass = ["fields"]
  annotate = "fields"
[[detectors.echo]]
  module = "./echo.js"
  threshold = 5.0
  alias = "scores"
  namepass = ["scores"]
  score_fields = true
`;

const reason = (value: string, key = 'value') =>
  `anomaly_reason="${key} is ${value}, its score is ${value} at a threshold of 5"`;
const TAGS = `tags,anomaly=warning,anomaly_detector=${ALIAS_TAG},host=a`;

/** A point of echo's; what Telegraf makes of the point that we make of it. */
const CASES: [point: string, becomes: string][] = [
  ['tags,host=a value=4', 'tags,host=a value=4'],
  [
    'tags,host=a value=6',
    `${TAGS} value=6,anomaly_score=6,anomaly_threshold=5,anomaly_fields="value",${reason('6')}`,
  ],
  [
    'tags,host=a value=-6.25',
    `${TAGS} value=-6.25,anomaly_score=-6.25,anomaly_threshold=5,anomaly_fields="value",${reason('-6.25')}`,
  ],
  [
    'tags,host=a value=18446744073709551615u',
    `${TAGS} value=18446744073709551615u,anomaly_score=18446744073709552000,anomaly_threshold=5,anomaly_fields="value",${reason('18447000000000000000')}`,
  ],
  [
    'tags,host=a value=1e300',
    `${TAGS} value=1${'0'.repeat(300)},anomaly_score=1${'0'.repeat(300)},anomaly_threshold=5,anomaly_fields="value",${reason('1e+300')}`,
  ],
  [
    'tags,host=a value=-1.7976931348623157e308',
    `${TAGS} value=-17976931348623157${'0'.repeat(292)},anomaly_score=-17976931348623157${'0'.repeat(292)},anomaly_threshold=5,anomaly_fields="value",${reason('-1.7976931348623157e+308')}`,
  ],
  // Only a score that is small enough to be read is rounded.
  [
    'tags,host=a value=98765.432109876',
    `${TAGS} value=98765.432109876,anomaly_score=98765.4321,anomaly_threshold=5,anomaly_fields="value",${reason('98765')}`,
  ],
  [
    'tags,host=a value=1234567890.123456',
    `${TAGS} value=1234567890.123456,anomaly_score=1234567890.123456,anomaly_threshold=5,anomaly_fields="value",${reason('1234600000')}`,
  ],
  [
    utf8(String.raw`tags,host=a x\,y=6,z\=w=7,a\ b=8,q"q=9,C:\dir=10,größe=11,quiet=1,text="6"`),
    `${TAGS} ${utf8(String.raw`x\,y=6,z\=w=7,a\ b=8,q"q=9,C:\dir=10,größe=11,quiet=1,text="6",anomaly_score=11,anomaly_threshold=5,anomaly_fields="C:\\dir,a b,größe,q\"q,x,y,z=w",${reason('11', 'größe')}`)}`,
  ],
  [
    String.raw`tags,host=a q"q\,C:\dir=12`,
    `${TAGS} ${String.raw`q"q\,C:\dir=12,anomaly_score=12,anomaly_threshold=5,anomaly_fields="q\"q,C:\\dir",${reason('12', String.raw`q\"q,C:\\dir`)}`}`,
  ],
  [
    'tags value=6',
    `tags,anomaly=warning,anomaly_detector=${ALIAS_TAG} value=6,anomaly_score=6,anomaly_threshold=5,anomaly_fields="value",${reason('6')}`,
  ],
  [
    'fields,host=a value=6,text="t"',
    `fields,host=a value=6,text="t",anomaly="warning",anomaly_detector=${ALIAS_STRING.slice(0, -1)} too",anomaly_score=6,anomaly_threshold=5,anomaly_fields="value",${reason('6')}`,
  ],
  [
    String.raw`scores x\,y=1.23456789,text="t"`,
    String.raw`scores x\,y=1.23456789,text="t",x\,y_score=1.2346`,
  ],
  ['scores value=-0.0', 'scores value=-0,value_score=0'],
  ['scores value=1e-300', `scores value=0.${'0'.repeat(299)}1,value_score=0`],
  [
    'scores value=1e21',
    `scores,anomaly=warning,anomaly_detector=scores value=1${'0'.repeat(21)},value_score=1${'0'.repeat(21)},anomaly_score=1${'0'.repeat(21)},anomaly_threshold=5,anomaly_fields="value",${reason('1e+21')}`,
  ],
];

t.test('Telegraf reads the annotation as we mean it', options, async (t) => {
  const timed = CASES.map((pair, at) => pair.map((line) => `${line} ${1_767_225_600 + at}000000000`));
  const points = timed.map(([point]) => `${point}\n`).join('');
  const outcome = await runOnce(t, 'with us', path, {
    points,
    processors: execd(),
    anomalyToml: ANOMALY_TOML,
  });
  t.strictSame(
    outcome.points,
    timed.map(([, becomes]) => becomes),
  );
  t.strictSame(
    outcome.log.filter(({ level }) => level === 'W'),
    [],
    'no warning of ours',
  );
});

t.test('a second layer sees the same series and finds the same', options, async (t) => {
  // The first point of `late` is flagged at once, of `early` the second: each spelling is met first once.
  const points = Array.from({ length: 40 }, (_, at) => {
    const spike = at % 10 === 9 ? 1000 : at % 3;
    const time = `${1_767_225_600 + at}000000000`;
    return [
      `cpu,host=a,zone=z usage=${at === 35 ? 900 : 2 + (at % 5) / 10},idle=${spike}i ${time}\n`,
      `early,a_tag=1,host=a value=${at === 1 ? 6 : 1} ${time}\n`,
      `late,host=a,zone=z value=${at === 0 ? 6 : 1},other=${at === 0 ? 1 : 7} ${time}\n`,
      `plain value=${spike} ${time}\n`,
    ].join('');
  }).join('');
  // Two processes cannot have one state directory.
  const anomalyToml = `
[state]
  store = "memory"
[[detectors.zscore]]
  namepass = ["cpu"]
  threshold = 6.0
  warmup = 5
  score_fields = true
[[detectors.echo]]
  module = "./echo.js"
  threshold = 5.0
  hysteresis = 1.0
  namedrop = ["cpu"]
`;
  const layer = (order: number) => execd(PROGRAM, `  order = ${order}\n`);
  const one = await runOnce(t, 'one layer', path, { points, processors: layer(1), anomalyToml });
  const two = await runOnce(t, 'two layers', path, { points, processors: layer(1) + layer(2), anomalyToml });

  t.ok(one.points.filter(isFlagged).length > 40, 'many points are flagged');
  t.strictSame(two.points, one.points, 'the second layer adds nothing and takes nothing away');
  const summaries = ({ log }: typeof one) => log.filter(({ text }) => text.includes('stdin ended after'));
  const [summary] = summaries(one);
  t.match(summary?.text, /: 6 rows, 240 values scored,/);
  t.strictSame(summaries(two), [summary, summary], 'both layers count the same');
});
