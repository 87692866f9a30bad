/**
 * What comes out of a real Telegraf with the built program in it. What it writes without us is the measure.
 */
import t from 'tap';
import { isFlagged, valueText, withoutAnnotation } from '../support/line-protocol.ts';
import { loadPoint } from '../support/load.ts';
import { BUILD_MILLISECONDS, telegrafPart } from '../support/parts.ts';
import { PROGRAM } from '../support/telegraf.ts';
import { ANOMALY_TOML, execd, runOnce } from '../support/telegraf-once.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();

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
  const { points: before } = await runOnce(t, 'without us', path, { points });
  t.equal(before.length, 2 * SHAPES.length + spikes.length, 'Telegraf reads every line of ours');
  const { points: after } = await runOnce(t, 'with us', path, { points, processors: execd() });
  t.equal(after.length, before.length, 'nothing lost or made up');

  const spike = SHAPES.length + SPIKE;
  const changed = after.flatMap((line, at) => (line === before[at] ? [] : [at]));
  t.strictSame(changed, [spike], 'only the spike is changed');
  t.ok(isFlagged(after[spike]!), 'the spike is flagged');
  t.equal(withoutAnnotation(after[spike]!), before[spike], 'and otherwise as it was');
  t.equal(valueText(after[spike]!, 'anomaly_fields'), '"usage"');
  t.equal(valueText(after[spike]!, 'anomaly_detector'), 'zscore');
  t.match(
    valueText(after[spike]!, 'anomaly_reason'),
    /^"usage is 5000, expected 50(\.\d+)? \(49\.\d+ to 50\.\d+\)"$/,
  );
});

t.test("Telegraf's selectors and ours work side by side", options, async (t) => {
  const points = [
    ...spiky((value) => `cpu,host=a usage_user=${value},usage_idle=${value},note="n"`),
    ...spiky((value) => `cpu,env=test,host=b usage_user=${value}`),
    ...spiky((value) => `cpu,host=c usage_idle=${value}`),
    ...spiky((value) => `mem,host=a usage_user=${value}`),
    '',
  ].join('\n');
  const { points: before } = await runOnce(t, 'without us', path, { points });
  const { points: after } = await runOnce(t, 'with us', path, {
    points,
    processors: execd(PROGRAM, '  namepass = ["cpu"]\n  tagdrop = {env = ["test"]}\n'),
    anomalyToml: `${ANOMALY_TOML}  fieldinclude = ["usage_u*"]\n`,
  });

  const flagged = after.filter(isFlagged);
  t.equal(flagged.length, 1, 'only what both let through is flagged');
  t.match(flagged[0], /^cpu,.*host=a.* usage_user=5000,usage_idle=5000,note="n",/, 'no field is deleted');
  t.equal(valueText(flagged[0]!, 'anomaly_fields'), '"usage_user"');
  // A point that Telegraf's selectors keep from us overtakes those that we have.
  t.strictSame(after.map(withoutAnnotation).sort(), before.sort(), 'all else is as it was');
});

t.test('--once writes every point to the last', options, async (t) => {
  const points = Array.from({ length: 100_000 }, (_, sequence) => `${loadPoint(sequence)}\n`).join('');
  const { points: after } = await runOnce(t, 'with us', path, { points, processors: execd() });
  t.equal(after.length, 100_000);
  t.ok(`${after.join('\n')}\n` === points, 'as they went in');
});

t.test(
  'a slow layer behind us gets every point, though we end before it has read them',
  options,
  async (t) => {
    // As many as the pipes and Telegraf hold: all are written at once, and the most wait in ours when it ends.
    const points = Array.from({ length: 2400 }, (_, sequence) => `${loadPoint(sequence)}\n`).join('');
    const slow =
      'const { stdin, stdout } = process; stdin.once("data", (first) => { stdin.pause(); stdout.write(first);';
    const processors =
      execd(PROGRAM, '  order = 1\n') +
      execd(
        [process.execPath, '-e', `${slow} setTimeout(() => stdin.pipe(stdout), 150); });`],
        '  order = 2\n',
      );
    const { points: after } = await runOnce(t, 'with us', path, { points, processors });
    t.ok(`${after.join('\n')}\n` === points, `${after.length} of 2400 points are out, as they went in`);
  },
);

t.test('--test prints every point', options, async (t) => {
  const points = `${SHAPES.join('\n')}\n`;
  const before = await runOnce(t, 'without us', path, { points, argument: '--test' });
  const after = await runOnce(t, 'with us', path, { points, argument: '--test', processors: execd() });
  t.equal(before.stdout.match(/^> /gm)?.length, SHAPES.length);
  t.equal(after.stdout, before.stdout);
  const told = after.log.filter(({ text }) => text.includes('stdin ended after '));
  t.match(told[0]?.text, `stdin ended after ${SHAPES.length} points: `, 'they went through us');
});
