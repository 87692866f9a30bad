import fc from 'fast-check';
import t from 'tap';
import type { Instance } from '../src/detector.ts';
import type { Policy } from '../src/policy.ts';
import { point } from './support/arbitrary.ts';
import { serialize } from './support/points.ts';
import { identity, roadOf } from './support/road.ts';

t.test('tags: behind the tag set, fields behind the last field, all else as it came', async (t) => {
  const { pass } = roadOf();
  t.equal(
    pass('m,host=a v=20,w=1,s="x y" 5\nm,host=b v=1 5\nm   v=-11   6  \r\nm v=12'),
    'm,host=a,anomaly=warning,anomaly_detector=fake v=20,w=1,s="x y",anomaly_score=20,anomaly_threshold=10,anomaly_fields="v",anomaly_reason="v is 20, its score is 20 at a threshold of 10" 5\n' +
      'm,host=b v=1 5\n' +
      'm,anomaly=warning,anomaly_detector=fake   v=-11,anomaly_score=-11,anomaly_threshold=10,anomaly_fields="v",anomaly_reason="v is -11, its score is -11 at a threshold of 10"   6  \r\n',
  );
});

t.test('fields: the same as fields, and no tag', async (t) => {
  const { pass } = roadOf([{ policy: { annotate: 'fields' } }]);
  t.equal(
    pass('m,host=a v=20 5\n'),
    'm,host=a v=20,anomaly="warning",anomaly_detector="fake",anomaly_score=20,anomaly_threshold=10,anomaly_fields="v",anomaly_reason="v is 20, its score is 20 at a threshold of 10" 5\n',
  );
});

t.test('several fields: the strangest score, the keys sorted and unescaped', async (t) => {
  const { pass } = roadOf();
  t.match(
    pass('m z=20,b\\ "\\,=-30,a=15,c=1 5\n'),
    /,c=1,anomaly_score=-30,anomaly_threshold=10,anomaly_fields="a,b \\",,z",anomaly_reason="b \\", is -30, [^"]*" 5\n$/,
  );
});

t.test('several instances: the strangest by its own threshold speaks; tags win over fields', async (t) => {
  const { pass } = roadOf([
    { policy: { alias: 'a', threshold: 1, annotate: 'fields' } },
    {
      policy: { alias: 'b, c', threshold: 10, annotate: 'tags' },
      instance: { ...identity, score: (_r, _a, _t, v) => 5 * v },
    },
  ]);
  t.equal(
    pass('m v=3 1\n'),
    'm,anomaly=warning,anomaly_detector=a v=3,anomaly_score=3,anomaly_threshold=1,anomaly_fields="v",anomaly_reason="v is 3, its score is 3 at a threshold of 1" 1\n',
  );
  t.equal(pass('m v=0.9 2\n'), 'm v=0.9 2\n');
  t.match(pass('n v=0.5 1\nn v=2.5 2\n'), /,anomaly_detector=a /);
});

t.test('the reason tells the band, as it was before learning', async (t) => {
  const band = (_r: unknown, _a: number, _t: number, out: Float64Array) => out.set([5, 1.23456789, 1e6]);
  const { pass } = roadOf([{ instance: { ...identity, band } }]);
  t.match(pass('m v\\ x=20.000001 1\n'), ',anomaly_reason="v x is 20, expected 5 (1.2346 to 1000000)" 1');
});

t.test('score_fields: every watched point carries its scores', async (t) => {
  const { pass } = roadOf([{ policy: { score_fields: true, fieldexclude: ['w'] } }]);
  t.equal(pass('m v=1.23456,w=2,x=-3 1\n'), 'm v=1.23456,w=2,x=-3,v_score=1.2346,x_score=-3 1\n');
  t.match(
    pass('m v=20 2\n'),
    /^m,anomaly=warning,anomaly_detector=fake v=20,v_score=20,anomaly_score=20,anomaly_threshold=10,anomaly_fields="v",anomaly_reason=/,
  );
});

t.test('scores are floats that Telegraf reads', async (t) => {
  const { pass } = roadOf();
  for (const [value, text] of [
    ['1e300', '1e+300'],
    ['123456789.123456', '123456789.1235'],
    ['12345678901234567', '12345678901234568'],
  ]) {
    t.match(pass(`m${value} v=${value} 1\n`), `anomaly_score=${text},`);
  }
});

t.test('an alias is escaped', async (t) => {
  const { pass } = roadOf([{ policy: { alias: 'z, é="1"' } }]);
  t.match(pass('m v=20 1\n'), 'anomaly_detector=z\\,\\ é\\="1" v');
  const fields = roadOf([{ policy: { alias: 'z"\\', annotate: 'fields' } }]);
  t.match(fields.pass('m v=20 1\n'), 'anomaly_detector="z\\"\\\\",');
});

t.test('names can be changed', async (t) => {
  const { pass } = roadOf([{}], { annotation_prefix: 'odd' });
  t.equal(
    pass('m v=20 1\n'),
    'm,odd=warning,odd_detector=fake v=20,odd_score=20,odd_threshold=10,odd_fields="v",odd_reason="v is 20, its score is 20 at a threshold of 10" 1\n',
  );
});

t.test('taking our tags and fields off again gives the bytes that came', async () => {
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('tags', 'fields'),
      (points, annotate) => {
        const text = points.map((one, i) => serialize({ ...one, time: BigInt(i) })).join('');
        // Marks that no random point holds.
        const { pass, counts } = roadOf([{ policy: { annotate: annotate as 'tags', threshold: 1e-300 } }], {
          annotation_prefix: 'odd§',
        });
        const bare = pass(text)
          .replace(/,odd§=warning,odd§_detector=fake/g, '')
          .replace(/,odd§="warning",odd§_detector="fake"/g, '')
          .replace(
            /,odd§_score=[-+.\de]+,odd§_threshold=1e-300,odd§_fields="(?:[^"\\]|\\.)*",odd§_reason="(?:[^"\\]|\\.)*"/g,
            '',
          );
        return bare === text && counts.points === points.length && counts.malformed === 0;
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('a score field that the point brings is kept', async (t) => {
  const { pass } = roadOf([{ policy: { score_fields: true } }]);
  t.equal(pass('m v_score=99,v=1 1\n'), 'm v_score=99,v=1 1\n');
  t.equal(pass('m v=2 2\n'), 'm v=2,v_score=2 2\n');
  t.equal(pass('m v=3,w_v_score=1 3\n'), 'm v=3,w_v_score=1,v_score=3,w_v_score_score=1 3\n', 'another name');
});

/** Expects nothing unusual; so the reason is told by the band. */
const banded: Instance = { ...identity, band: (_rows, _at, _time, out) => out.set([5, 1, 9]) };

t.test('events: the point as it is, and one more when an alarm begins and when it ends', async (t) => {
  const { pass, counts } = roadOf([{ policy: { annotate: 'events' }, instance: banded }]);
  const begin = 'm,host=a w=1,v=20 1000\r\n';
  t.equal(
    pass(`${begin}m,host=b v=1 1000\n`),
    `${begin}anomaly,host=a,measurement=m,field=v,detector=fake,level=warning,state=open start=1000i,peak=20,expected=5,lower=1,upper=9,reason="v is 20, expected 5 (1 to 9)" 1000\nm,host=b v=1 1000\n`,
  );
  const meanwhile = 'm,host=a v=40 2000\nm,host=a v=-15 3000\n';
  t.equal(pass(meanwhile), meanwhile);
  t.equal(
    pass('m,host=a v=2 4000\n'),
    'm,host=a v=2 4000\nanomaly,host=a,measurement=m,field=v,detector=fake,level=warning,state=end start=1000i,end=4000i,peak=40,expected=5,lower=1,upper=9,reason="v is 40, expected 5 (1 to 9)" 4000\n',
  );
  t.same([counts.alarms, counts.flagged], [1, 3]);
});

t.test('events of one instance beside the marks of another', async (t) => {
  const { pass } = roadOf([
    { policy: { annotate: 'events' } },
    { policy: { threshold: 15, score_fields: true } },
  ]);
  t.equal(
    pass('m,anomaly=x v=20 1\n').split('\n')[1],
    'anomaly,measurement=m,field=v,detector=fake,level=warning,state=open start=1i,peak=20,reason="v is 20, its score is 20 at a threshold of 10" 1',
    'marks of an earlier layer are no tags of the series',
  );
  t.match(
    pass('m v=20 2\n'),
    /^m,anomaly=warning,anomaly_detector=fake2 v=20,v_score=20,anomaly_score=20,.*\n$/,
  );
});

t.test('an alarm ends at a score that is not finite too', async (t) => {
  const { pass } = roadOf([
    {
      policy: { annotate: 'events', score_fields: true },
      instance: { ...identity, score: (_rows, _at, _time, value) => (value === 13 ? Number.NaN : value) },
    },
  ]);
  pass('m v=20 1\n');
  t.match(pass('m v=13 2\n'), /^m v=13 2\nanomaly,.*,state=end start=1i,end=2i,.* 2\n$/);
});

t.test('what was told of an alarm is no series of its own', async (t) => {
  const { pass, counts } = roadOf();
  const event =
    'anomaly,host=a,measurement=m,field=v,detector=fake,level=warning,state=open start=1i,peak=20 1\n';
  t.equal(pass(event), event);
  t.equal(counts.values, 0);
  pass('anomaly,host=a v=1 1\n');
  t.equal(counts.values, 1, 'a measurement of that name is');
});

t.test('surprise beside the score, where the scores of the series are known', async (t) => {
  const usual = Array.from({ length: 120 }, (_, i) => `m v=${1 + (i % 7) / 10} ${(i + 1) * 1200}000000000\n`);
  const strange = 'm v=1000 200000000000000\n';
  const after = (policy: Partial<Policy>) => {
    const { pass } = roadOf([{ policy: { threshold: undefined, ...policy } }]);
    pass(...usual);
    return pass(strange);
  };
  const number = String.raw`(\d+(?:\.\d{1,4})?)`;
  const found = new RegExp(`anomaly_score=1000,anomaly_surprise=${number},anomaly_threshold=`).exec(
    after({}),
  );
  t.ok(Number(found?.[1]) > 3, `${found?.[1]}`);
  t.match(
    after({ score_fields: true }),
    new RegExp(` v=1000,v_score=1000,v_surprise=${found?.[1]},anomaly_score=`),
  );
  t.match(after({ annotate: 'events' }), `,peak=1000,surprise=${found?.[1]},reason=`);
  t.notMatch(after({ threshold: 10, score_fields: true }), 'surprise');
});
