import t from 'tap';
import type { Instance } from '../src/detector.ts';
import type { Policy } from '../src/policy.ts';
import { identity, roadOf } from './support/road.ts';

const SECOND = 1_000_000_000n;
const at = (seconds: number, value: number | string = 1, key = 'm') =>
  `${key} a=${value} ${BigInt(seconds) * SECOND}\n`;

/** Remembers what it was asked. */
function recorder() {
  const calls: string[] = [];
  const instance: Instance = {
    width: 1,
    score: (rows, row, time, value) => {
      calls.push(`score ${time} ${value} ${rows.f64[row]}`);
      return 0;
    },
    learn: (rows, row, time, value) => {
      calls.push(`learn ${time} ${value}`);
      rows.f64[row] = value;
    },
  };
  return { calls, instance };
}

t.test('score comes before learn, value by value in the order of the stream', async (t) => {
  const { calls, instance } = recorder();
  roadOf([{ instance }]).pass(at(1, 5), at(2, 6) + at(3, 7));
  t.same(calls, ['score 1 5 0', 'learn 1 5', 'score 2 6 5', 'learn 2 6', 'score 3 7 6', 'learn 3 7']);
});

t.test('late values and duplicates are passed on, counted, and change nothing', async (t) => {
  const { calls, instance } = recorder();
  const { pass, counts } = roadOf([{ instance }]);
  const text = at(10, 1) + at(10, 2) + at(9, 3) + at(11, 4);
  t.equal(pass(text), text);
  t.same(calls, ['score 10 1 0', 'learn 10 1', 'score 11 4 1', 'learn 11 4']);
  t.same([counts.late, counts.values], [2, 2]);
});

t.test('lateness is decided to the nanosecond', async (t) => {
  const { counts, pass } = roadOf();
  pass('m a=1 1700000000000000001\n', 'm a=1 1700000000000000000\n', 'm a=1 1700000000000000002\n');
  pass('m a=1 -5\n', 'm a=1 -6\n');
  t.same([counts.late, counts.values, counts.restarted], [2, 3, 1]);
});

t.test('time before 1970 goes forward too', async (t) => {
  const { counts, pass } = roadOf();
  pass(
    'm a=1 -4294967297\n',
    'm a=1 -4294967296\n',
    'm a=1 -4294967295\n',
    'm a=1 -1\n',
    'm a=1 0\n',
    'm a=1 1\n',
  );
  t.same([counts.late, counts.values], [0, 6]);
});

t.test(
  'a value that is older by more than late_limit restarts the time of its series and keeps its model',
  async (t) => {
    const { calls, instance } = recorder();
    const { pass, counts } = roadOf([{ instance }], { late_limit: 60 });
    pass(at(1000, 1), at(940, 2), at(939, 3), at(940, 4), at(939, 5));
    t.same(calls.filter((call) => call.startsWith('score')), ['score 1000 1 0', 'score 939 3 1', 'score 940 4 3']); // biome-ignore format: short
    t.same([counts.late, counts.restarted], [2, 1]);
  },
);

t.test('a time in the far future does not silence its series for longer than late_limit', async (t) => {
  const { pass, counts } = roadOf();
  pass(at(1700000000), at(7_000_000_000), at(1700000010), at(1700000020));
  t.same([counts.values, counts.late, counts.restarted], [4, 0, 1]);
});

t.test('an alarm is the transition out of ok', async (t) => {
  const { pass, counts } = roadOf();
  pass([1, 20, 30, -20, 1, 20, 1].map((value, i) => at(i + 1, value)).join(''));
  t.same([counts.alarms, counts.flagged], [2, 4]);
});

t.test('a detector that throws is switched off for that series only', async (t) => {
  for (const method of ['score', 'learn'] as const) {
    const instance: Instance = {
      ...identity,
      [method]: (_rows: unknown, _at: number, _time: number, value: number) => {
        if (value === 13) throw new Error('thirteen');
        return value;
      },
    };
    const { pass, counts, log } = roadOf([{ instance }, { policy: { alias: 'other' } }]);
    const text = at(1, 1) + at(2, 13) + at(3, 1) + at(2, 1, 'n') + at(3, 1, 'n');
    t.equal(
      pass(text, at(4, 9)).replaceAll(/,anomaly(?:[^ "]|"[^"]*")*/g, ''),
      text + at(4, 9),
      'every point passes',
    );
    t.equal(counts.failures >= 1, true);
    t.equal(
      log.lines.filter((line) => line.startsWith('E! DETECTOR_FAILED: fake on m a: Error: thirteen')).length,
      1,
    );
    const before = counts.values;
    pass(at(5, 1) + at(5, 1, 'n'));
    t.equal(counts.values - before, 3, 'the other instance on both series, this one on the healthy one');
  }
});

t.test('a score that is not finite counts as a failure and as ok', async (t) => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, undefined as unknown as number]) {
    const { pass, counts, log } = roadOf([{ instance: { ...identity, score: () => bad } }]);
    t.equal(pass(at(1), at(2)), at(1) + at(2));
    t.same([counts.failures, counts.flagged], [2, 0]);
    t.match(log.lines[0], /^E! DETECTOR_FAILED: .*the score is/);
  }
});

t.test('a series that is switched off is so at once, however the stream is cut', async (t) => {
  const instance: Instance = {
    ...identity,
    score: (_rows, _at, _time, value) => {
      if (value === 13) throw Object.create(null);
      return value;
    },
  };
  const lines = [at(1, 13), at(1, 20, 'n'), at(2, 20), at(3, 20), at(2, 20, 'n')];
  const whole = roadOf([{ instance }]);
  const cut = roadOf([{ instance }]);
  const expected = cut.pass(...lines);
  t.equal(whole.pass(lines.join('')), expected);
  t.equal(expected.match(/anomaly=warning/g)?.length, 2, 'only on the other series');
  t.match(whole.log.lines[0], 'something that has no text was thrown');
});

t.test('a band that is not finite is not told', async (t) => {
  const band = (_rows: unknown, _at: number, _time: number, out: Float64Array) => out.set([Number.NaN, 0, 1]);
  const { pass } = roadOf([{ instance: { ...identity, band } }]);
  t.match(pass(at(1, 20)), 'anomaly_reason="a is 20, its score is 20 at a threshold of 10"');
});

t.test('a series that is forgotten is so by the judge too', async (t) => {
  const day = 86_400;
  const road = roadOf([{ policy: { threshold: undefined } }]);
  const { pass } = road;
  const [watch] = road.pipeline.watches;
  const row = () => {
    const { state, places } = watch!.judged!;
    return [
      ...state.page(places[0]!).f64.subarray(state.at(places[0]!), state.at(places[0]!) + state.stride),
    ];
  };
  pass(at(day, 1));
  const begun = row();
  t.equal(begun[2], day, 'when the series began');
  pass(at(2 * day, 5));
  t.not(row()[3], begun[3]);
  pass(at(30 * day, 1));
  t.same(
    row(),
    begun.map((float) => (float === day ? 30 * day : float)),
  );
});

t.test('from a threshold to a budget and back, what was learned stays', async (t) => {
  const { calls, instance } = recorder();
  const road = roadOf([{ instance }]);
  const configure = (policy: Partial<Policy>) => {
    const [detector] = road.config.detectors;
    road.pipeline.configure({
      ...road.config,
      detectors: [{ ...detector!, policy: { ...detector!.policy, ...policy } }],
    });
  };
  road.pass(at(1, 5));
  configure({ threshold: undefined });
  road.pass(at(2, 6));
  const judged = road.pipeline.watches[0]!.judged!.state;
  t.equal(judged.rows, 1);
  configure({ threshold: undefined, max_false_alarms: '1/day', min_duration: 5, cooldown: 1 });
  t.equal(road.pipeline.watches[0]!.judged!.state, judged, 'another budget goes on with the same rows');
  road.pass(at(3, 7));
  configure({});
  road.pass(at(4, 8));
  configure({ threshold: undefined });
  road.pass(at(5, 9));
  t.equal(road.pipeline.watches[0]!.judged!.state, judged);
  t.same(calls.filter((call) => call.startsWith('score')), ['score 1 5 0', 'score 2 6 5', 'score 3 7 6', 'score 4 8 7', 'score 5 9 8']); // biome-ignore format: short
  t.same(road.log.lines, []);
});

t.test('a value that deviates too little is no alarm, and may not end one', async (t) => {
  const band: Instance['band'] = (_rows, _at, _time, out) => out.set([100, 90, 110]);
  const { pass, counts } = roadOf([
    { instance: { ...identity, band }, policy: { min_deviation_ratio: 0.5 } },
  ]);
  pass(at(1, 120), at(2, 151), at(3, 120), at(4, 9), at(5, 149));
  t.same([counts.alarms, counts.flagged], [1, 2]);
  const blind = roadOf([{ policy: { min_deviation_ratio: 0.5 } }]);
  blind.pass(at(1, 120));
  t.equal(blind.counts.alarms, 1, 'of a detector that expects nothing every alarm counts');
});
