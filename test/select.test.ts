import t from 'tap';
import type { Policy } from '../src/policy.ts';
import { roadOf } from './support/road.ts';

/** The series that an instance with these selectors scores, of a few points. */
function watched(policy: Partial<Policy>): number {
  const { pass, counts } = roadOf([{ policy }]);
  pass('cpu,host=a usage=1,idle=2 1\ncpu,host=b usage=1 1\nmem,host=a used=1,free=2 1\ndisk used=1 1\n');
  return counts.values;
}

t.test('selectors choose series', async (t) => {
  t.equal(watched({}), 6);
  t.equal(watched({ namepass: ['cpu'] }), 3);
  t.equal(watched({ namepass: ['?p?', 'd*'] }), 4);
  t.equal(watched({ namedrop: ['cpu', 'mem'] }), 1);
  t.equal(watched({ tagpass: { host: ['a'] } }), 4);
  t.equal(watched({ tagdrop: { host: ['*'] } }), 1);
  t.equal(watched({ namepass: ['cpu'], tagpass: { host: ['a'] } }), 2);
  t.equal(watched({ fieldinclude: ['us*'] }), 4);
  t.equal(watched({ fieldexclude: ['used'] }), 4);
  t.equal(watched({ namepass: ['cpu', 'mem'], fieldinclude: ['us*'], fieldexclude: ['used'] }), 2);
});

t.test('each instance watches what it was told to', async (t) => {
  const { pass, pipeline } = roadOf([{ policy: { namepass: ['a'] } }, { policy: { namepass: ['b'] } }, {}]);
  pass('a x=1,y=2 1\nb x=1 1\nc x=1 1\n');
  t.same(pipeline.watches.map(({ state }) => state.rows), [2, 1, 4]); // biome-ignore format: short
});

t.test('fields may come in any order, and new ones later', async (t) => {
  const { pass, pipeline, counts } = roadOf();
  pass('m a=1,b=2,c=3 1\n', 'm c=3,a=1,b=2 2\n', 'm d=4,b=2 3\n');
  t.same([pipeline.watches[0]?.state.rows, counts.values, counts.late], [4, 8, 0]);
});

t.test('a field given twice counts once', async (t) => {
  const { pass, counts } = roadOf();
  pass('m a=1,a=2 1\n');
  t.same([counts.values, counts.late], [1, 1]);
});

t.test('our own tags and fields from an earlier layer are no part of a series', async (t) => {
  const { pass, pipeline, counts } = roadOf();
  pass('m,host=a v=1 1\n');
  pass('m,anomaly=warning,anomaly_detector=zscore,host=a v=2,anomaly_score=7.5,anomaly_fields="v" 2\n');
  pass('m,host=a v=1 3\n', 'm,anomaly=critical,host=a v=1 4\n');
  t.same([pipeline.watches[0]?.state.rows, counts.values], [1, 4]);
});

t.test('the canonical tag set may be seen after its annotated form', async (t) => {
  const { pass, pipeline, counts } = roadOf();
  pass('m,anomaly=warning,host=a v=2 1\n', 'm,host=a v=1 2\n');
  t.same([pipeline.watches[0]?.state.rows, counts.values], [1, 2]);
});

t.test('with another prefix, tags named anomaly are ordinary tags', async (t) => {
  const { pass, pipeline } = roadOf([{}], { annotation_prefix: 'odd' });
  pass('m,anomaly=a v=1,anomaly_score=2 1\nm,anomaly=b v=1 1\nm,odd=c v=1,odd_score=1 1\n');
  t.equal(pipeline.watches[0]?.state.rows, 4);
});

t.test('a score field beside its field is not watched when score_fields is on', async (t) => {
  const { pass, pipeline } = roadOf([{ policy: { score_fields: true } }]);
  pass('m v_score=0.5,v_surprise=3,v=1,credit_score=700 1\n');
  t.equal(pipeline.watches[0]?.state.rows, 2, 'v and credit_score');
});

t.test('many series', async (t) => {
  const { pass, counts, pipeline } = roadOf();
  const lines = Array.from({ length: 5000 }, (_, i) => `cpu,host=server-${i} a=1,b=2`);
  for (const time of [1, 2, 3]) pass(lines.map((line) => `${line} ${time}\n`).join(''));
  t.same([counts.values, counts.late, pipeline.watches[0]?.state.rows], [30_000, 0, 10_000]);
});
