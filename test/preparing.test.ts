import t from 'tap';
import type { Instance } from '../src/detector.ts';
import type { Policy } from '../src/policy.ts';
import { preparationOf, quantityOf } from '../src/preparing.ts';
import { DERIVED, FLAGS, HEADER } from '../src/state/page.ts';
import type { Share } from '../src/watch.ts';
import { defaultPolicy, identity, roadOf } from './support/road.ts';

const SECOND = 1_000_000_000n;
const at = (seconds: number, value: number, key = 'm') => `${key} a=${value} ${BigInt(seconds) * SECOND}\n`;
const every10 = (values: readonly number[], from = 0, key = 'm') =>
  values.map((value, i) => at(10 * (from + i + 1), value, key)).join('');
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A road on which the detector notes what it is given; its row counts what it has learned. */
function noting(policy: Partial<Policy>, more: Partial<Instance> = {}) {
  const given: number[] = [];
  const instance: Instance = {
    ...identity,
    score: (_rows, _at, _time, value) => {
      given.push(value);
      return 0;
    },
    ...more,
  };
  return { given, ...roadOf([{ instance, policy }]) };
}

/** The first row of a share. */
function rowOf({ state }: Share) {
  const place = state.place(0);
  const page = state.page(place);
  const row = state.at(place);
  return { page, row, floats: [...page.f64.subarray(row + HEADER, row + state.stride)], flags: page.i32[2 * row + FLAGS]! }; // biome-ignore format: short
}

t.test('which policy asks for what', async (t) => {
  const of = (policy: Partial<Policy>) => preparationOf({ ...defaultPolicy, ...policy });
  t.equal(of({}), undefined);
  t.equal(of({ prepare: [] }), undefined);
  t.equal(of({ counter: 'auto' })?.width, 1);
  t.same(of({ prepare: 'log', counter: 'auto' })?.steps, ['log'], 'counter is for fields as they are');
  t.same(of({ prepare: ['log', 'difference'] })?.steps, ['log', 'difference']);
});

t.test('what the rows are of has a name, but by default', async (t) => {
  const of = (prepare: Policy['prepare'], counter: Policy['counter']) => quantityOf({ prepare, counter });
  t.equal(of('none', 'auto'), '');
  t.equal(of([], 'auto'), '');
  t.equal(new Set([of('none', 'auto'), of('none', 'off'), of('log', 'auto'), of(['log', 'difference'], 'auto')]).size, 4); // biome-ignore format: short
  t.equal(of('log', 'off'), of(['log'], 'auto'));
});

t.test('the detector is given what is prepared, and the point stays as it is', async (t) => {
  const { given, pass, counts } = noting({ prepare: 'non_negative_derivative' });
  const text = every10([100, 200, 50, 80, 80]);
  t.equal(pass(text), text);
  t.same(given, [10, 3, 0]);
  t.equal(counts.values, 3, 'what gives nothing is not scored');
});

t.test('a value that gives nothing moves its series’ time all the same', async (t) => {
  const { given, pass, counts } = noting({ prepare: 'log' });
  pass(at(1, 0), at(2, Math.E), at(1, 1), at(3, -1), at(3, Math.E), at(2, 1));
  t.same(given, [1]);
  t.equal(counts.late, 3);
});

t.test('delivering a stretch of stream again changes nothing', async (t) => {
  for (const policy of [{ prepare: 'difference' }, { counter: 'auto' }] satisfies Partial<Policy>[]) {
    const once = noting(policy);
    const twice = noting(policy);
    const values = upTo(300).map((i) => (i === 200 ? 3 : 10 * i - (i > 200 ? 2000 : 0)));
    once.pass(every10(values));
    for (const i of upTo(30)) twice.pass(every10(values.slice(0, 10 * i + 10)));
    t.same(twice.given, once.given);
    for (const share of ['learned', 'prepared'] as const)
      t.same(
        rowOf(twice.pipeline.watches[0]![share]!).floats,
        rowOf(once.pipeline.watches[0]![share]!).floats,
      );
  }
});

t.test('a clock that was wrong, or a long silence, leaves nothing to compare with', async (t) => {
  const { given, pass } = noting({ prepare: 'difference' });
  const day = 86_400;
  pass(at(100 * day, 1), at(100 * day + 1, 3), at(50 * day, 9), at(50 * day + 1, 10));
  t.same(given, [2, 1]);
  pass(at(80 * day, 20), at(80 * day + 1, 25));
  t.same(given, [2, 1, 5], 'all is forgotten after idle_expiry');
});

t.test('rows that were not saved together', async (t) => {
  const { given, pass, pipeline } = noting({ prepare: 'difference' });
  pass(every10([1, 2, 4]));
  const { page, row } = rowOf(pipeline.watches[0]!.prepared!);
  const older = page.f64.slice(row, row + 3);
  pass(every10([8, 16], 3));
  const newer = page.f64.slice(row, row + 3);
  page.f64.set(older, row);
  pass(every10([32, 64], 5));
  t.same(given.splice(0), [1, 2, 4, 8, 32], 'one that is older is not compared with');
  pass(every10([128], 7));
  page.f64.set(newer, row);
  pass(every10([256, 512], 8));
  t.same(given, [64, 256], 'nor one that belongs elsewhere');
});

t.test('a counter is found out: the log says so once, and what was learned begins afresh', async (t) => {
  const { given, pass, pipeline, log } = noting({ counter: 'auto', threshold: undefined });
  const watch = pipeline.watches[0]!;
  pass(every10(upTo(100).map((i) => 50 * i)));
  t.same([rowOf(watch.learned).floats, rowOf(watch.learned).flags & DERIVED], [[100], 0]);
  t.not(rowOf(watch.judged!).floats[0], 0);
  pass(every10([5000, 5100], 100));
  t.same(given.slice(99), [4950, 5, 10]);
  t.same(rowOf(watch.learned).floats, [2], 'it has learned two values since');
  t.equal(rowOf(watch.learned).flags & DERIVED, DERIVED);
  t.equal(rowOf(watch.judged!).floats[0], 1010, 'the judge has begun with the first of them');
  pass(every10(upTo(110), 0, 'other'));
  t.equal(log.lines.length, 1);
  t.match(log.lines[0], /^I! COUNTER: "fake" takes a for a counter, first of m, /);
});

t.test('and to be none after all', async (t) => {
  const { given, pass, pipeline, log } = noting({ counter: 'auto' });
  pass(every10(upTo(200)), every10([198, 199], 200));
  t.same(given.slice(-3), [0.1, 198, 199]);
  const { floats, flags } = rowOf(pipeline.watches[0]!.learned);
  t.same([floats, flags & DERIVED], [[2], 0]);
  t.equal(log.lines.length, 2);
});

t.test(
  'a detector’s row that is of the other quantity begins afresh, whatever became of the rest',
  async (t) => {
    const { pass, pipeline } = noting({ counter: 'auto' });
    pass(every10(upTo(150)));
    const { page, row } = rowOf(pipeline.watches[0]!.learned);
    t.equal(page.f64[row + HEADER], 50);
    page.i32[2 * row + FLAGS] = 0;
    pass(every10([151], 150));
    t.equal(rowOf(pipeline.watches[0]!.learned).floats[0], 1);
  },
);

t.test('an alarm that was open is closed without a word', async (t) => {
  const { pass, pipeline } = roadOf([{ policy: { counter: 'auto', annotate: 'events', threshold: 50 } }]);
  const out = pass(every10(upTo(103)));
  t.equal(out.match(/state=open/g)?.length, 1);
  t.notMatch(out, 'state=end');
  t.same(new Set(rowOf(pipeline.watches[0]!.alarms!).floats), new Set([0]));
  const steep = roadOf([{ policy: { counter: 'auto', threshold: 50 } }]);
  steep.pass(every10(upTo(100).map((i) => 1000 * i)));
  t.equal(steep.counts.alarms, 1);
  steep.pass(every10(upTo(3).map((i) => 100_000 + 1000 * i), 100)); // biome-ignore format: short
  t.equal(steep.counts.alarms, 2, 'and the next one is another');
});

t.test('what is flagged is told in its unit', async (t) => {
  const band: Instance['band'] = (_rows, _at, _time, out) => out.set([20, 10, 30]);
  const flagged = (policy: Partial<Policy>, values: number[]) =>
    roadOf([{ instance: { ...identity, band }, policy }]).pass(every10(values));
  t.match(
    flagged({ prepare: 'non_negative_derivative' }, [0, 9000]),
    'a=9000,anomaly_score=900,anomaly_threshold=10,anomaly_fields="a",anomaly_reason="a rises by 900 a second, expected 20 (10 to 30)"',
  );
  t.match(
    flagged({ prepare: 'difference', annotate: 'events' }, [0, 9000, 9001]),
    /state=open start=20000000000i,peak=9000,.*reason="a changes by 9000, expected 20 \(10 to 30\)".*\n.*\n.*state=end .*peak=9000,.*reason="a changes by 9000, /,
  );
  t.match(flagged({ counter: 'auto' }, [...upTo(150), 9000]), 'a rises by 885.1 a second, expected');
  t.match(flagged({ counter: 'auto' }, [9000]), 'a is 9000, expected');
});

t.test('min_deviation is in that unit', async (t) => {
  const band: Instance['band'] = (_rows, _at, _time, out) => out.set([0, 0, 0]);
  const { pass, counts } = roadOf([
    { instance: { ...identity, band }, policy: { prepare: 'non_negative_derivative', min_deviation: 50 } },
  ]);
  pass(every10([0, 490, 1000]));
  t.equal(counts.flagged, 1);
});

t.test('scores are of the values that were scored', async (t) => {
  const { pass } = roadOf([{ policy: { prepare: 'difference', score_fields: true } }]);
  t.equal(pass(every10([1, 4])), `m a=1 10000000000\nm a=4,a_score=3 20000000000\n`);
});

t.test('while it runs: another quantity begins afresh, and the one before is there again', async (t) => {
  const { given, pass, pipeline, config, log } = noting({ counter: 'auto', threshold: undefined });
  const [detector] = config.detectors;
  const configure = (policy: Partial<Policy>) =>
    pipeline.configure({
      ...config,
      detectors: [{ ...detector!, policy: { ...detector!.policy, ...policy } }],
    });
  const learned = () => rowOf(pipeline.watches[0]!.learned).floats[0];
  pass(every10([8, 8.5]));
  t.equal(learned(), 2);
  configure({ prepare: 'difference' });
  pass(every10([10, 13], 2));
  t.equal(learned(), 1);
  t.same([rowOf(pipeline.watches[0]!.judged!).floats[0], given.at(-1)], [40, 3], 'the judge too');
  configure({ prepare: ['difference'], min_deviation: 1 });
  pass(every10([17], 4));
  t.same([learned(), given.at(-1)], [2, 4], 'not where it is the same one');
  configure({});
  pass(every10([20], 5));
  t.same([learned(), given.at(-1)], [3, 20]);
  configure({ prepare: 'difference' });
  pass(every10([30, 31], 6));
  t.same([learned(), given.slice(-2)], [4, [13, 1]], 'over what it did not see');
  t.same(
    log.lines.map((line) => line.slice(0, 16)),
    ['W! STATE_AFRESH:'],
  );
});
