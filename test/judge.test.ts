import t from 'tap';
import { CRITICAL, Judge, type JudgePolicy, OK, type Verdict, WARNING } from '../src/judge.ts';

const POLICY: JudgePolicy = {
  threshold: 4,
  max_false_alarms: '1/week',
  direction: 'both',
  min_deviation: 0,
  min_deviation_ratio: 0,
  min_duration: 0,
  cooldown: undefined,
  hysteresis: 0.5,
  end_after: undefined,
  accept_after: 0,
};
const DAY = 86_400;

/** A series under a policy: gives a score at a time, and answers the verdict as the road would have it. */
function series(policy: Partial<JudgePolicy> = {}, usual = 4, decay?: number) {
  const judge = new Judge({ ...POLICY, ...policy }, usual, decay);
  const f64 = new Float64Array(judge.width);
  const rows = { f64, f32: new Float32Array(f64.buffer) };
  let open = false;
  const step = (time: number, score: number): Verdict => {
    const strangeness = judge.strangeness(score);
    const verdict = judge.verdict(rows, 0, time, strangeness, judge.level(rows, 0, time, strangeness), open);
    open = verdict !== OK;
    return verdict;
  };
  return {
    judge,
    rows,
    step,
    steps: (...scores: number[]) => scores.map((score, time) => step(time + 1, score)),
  };
}

t.test('the threshold itself is strange enough, in the directions that were asked for', async (t) => {
  const verdicts = { up: [OK, OK, OK, WARNING, WARNING], down: [WARNING, WARNING, OK, OK, OK] };
  const both = [WARNING, WARNING, OK, WARNING, WARNING];
  for (const [direction, expected] of Object.entries({ ...verdicts, both })) {
    const { steps } = series({ threshold: 3, hysteresis: 1, direction: direction as 'up' });
    t.same(steps(-4, -3, 2.999, 3, 4), expected, direction);
  }
});

t.test('an alarm ends below a share of the threshold', async (t) => {
  const scores = [3.9, 4, 2, 3.9, 1.99, 3.9, 2];
  t.same(series().steps(...scores), [OK, WARNING, WARNING, WARNING, OK, OK, OK]);
  t.same(series({ hysteresis: 1 }).steps(...scores), [OK, WARNING, OK, OK, OK, OK, OK]);
  t.same(series({ hysteresis: 0 }).steps(4, 0, 0), [WARNING, WARNING, WARNING], '0: it never does');
});

t.test('calm ends an alarm when it has been longer than that, or for end_after', async (t) => {
  const verdicts = (end_after: number, scores: number[]) => series({ end_after }).steps(...scores);
  t.same(verdicts(5, [4, 0]), [WARNING, OK], 'a single value is over at once');
  t.same(verdicts(5, [4, 4, 0, 4, 0, 0, 0, 0]), [
    WARNING,
    WARNING,
    WARNING,
    WARNING,
    WARNING,
    WARNING,
    WARNING,
    OK,
  ]);
  t.same(verdicts(2, [4, 4, 4, 4, 0, 0, 4]), [WARNING, WARNING, WARNING, WARNING, WARNING, OK, WARNING]);
  t.same(verdicts(0, [4, 4, 4, 0]), [WARNING, WARNING, WARNING, OK]);
});

t.test('under a budget, what was far beyond the threshold is calm below it', async (t) => {
  const { judge, step } = series({ threshold: undefined, end_after: 0 });
  for (let hour = 0; hour <= 24; hour++) step(hour * 3600 + 1, 1);
  const at = (seconds: number, share: number) => step(DAY + 3600 + seconds, share * judge.threshold);
  t.same([at(1, 1.5), at(2, 0.6), at(3, 0.4)], [WARNING, WARNING, OK], 'by hysteresis, after little');
  const later = 3 * 3600;
  t.same([at(later - 1, 3) === OK, at(later, 20) === OK], [false, false]);
  t.same([at(later + 1, 1.2), at(later + 2, 0.9)], [WARNING, OK]);
});

t.test('a clock that is set back ends an alarm that is calm', async (t) => {
  const { step } = series({ end_after: 50 });
  t.same([step(100, 4), step(140, 4), step(150, 0), step(20, 0)], [WARNING, WARNING, WARNING, OK]);
});

t.test('the cool-down runs from the end of an alarm', async (t) => {
  const { step } = series({ cooldown: 10 });
  const times = [1, 5, 6, 14, 16, 17, 20, 21, 32];
  const scores = [4, 4, 0, 4, 4, 0, 4, 0, 4];
  const verdicts = times.map((time, i) => step(time, scores[i]!));
  t.same(verdicts, [WARNING, WARNING, OK, OK, WARNING, OK, OK, OK, WARNING]);
});

t.test('under a budget, an alarm that was soon over may come back, and is the same then', async (t) => {
  const run = (policy: Partial<JudgePolicy>, scores: [seconds: number, score: number][], decay?: number) => {
    const { judge, rows, step } = series({ threshold: undefined, accept_after: 3600, ...policy }, 4, decay);
    for (let time = 60; time < 2 * DAY; time += 60) step(time, 1);
    return scores.map(([seconds, score]) => {
      const verdict = step(2 * DAY + seconds, score);
      return verdict !== OK && judge.accepts(rows, 0, 2 * DAY + seconds) ? 'accepted' : verdict !== OK;
    });
  };
  const hour = [1800, 3540, 3600, 3660].map((seconds): [number, number] => [seconds, 12]);
  const back: [number, number][] = [[0, 30], [60, 1], [240, 12], ...hour]; // biome-ignore format: short
  const goesOn = [true, false, true, true, true, 'accepted', true];
  t.same(run({}, back), goesOn, 'it has gone on for an hour then');
  t.same(run({}, back, 0.16), goesOn, 'though of late no score would do for that');
  const silence = [true, false, false, false, false, false, false];
  t.same(run({ end_after: 180 }, back), silence, 'what was asked for is done to the letter');
  t.same(run({ cooldown: 7200 }, back), silence);
  const lasting: [number, number][] = [[0, 30], [60, 30], [120, 1], [180, 1], [240, 1], [300, 30]]; // biome-ignore format: short
  t.same(run({ min_duration: 60 }, lasting), [false, true, false, false, false, false]);
  t.same(run({}, [[0, 30], [60, 1], [241, 12]]), [true, false, false], 'too late'); // biome-ignore format: short
  const often = Array.from({ length: 36 }, (_, i): [number, number] => [100 * i, i % 2 === 0 ? 30 : 1]);
  const begun = run({}, often).filter((verdict, i, all) => verdict && !all[i - 1]).length;
  t.equal(begun, 2, 'whose calm must be as long as it has lasted, by its first begin');
  const seldom = often.map(([seconds, score]): [number, number] => [1.9 * seconds, score]);
  t.equal(run({}, seldom).filter((verdict, i, all) => verdict && !all[i - 1]).length, 1);
});

t.test('an alarm of a time that was wrong is no reason to wait', async (t) => {
  const { step } = series({ min_duration: 10, end_after: 5 });
  t.same([step(1e9, 4), step(1e9 + 10, 4), step(1e9 + 20, 0), step(1e9 + 40, 0)], [OK, WARNING, OK, OK]);
  t.same([step(100, 4), step(105, 4), step(110, 4)], [OK, OK, WARNING]);
});

t.test('a clock that is set back does not prolong the cool-down', async (t) => {
  const { step } = series({ cooldown: 10 });
  t.same([step(1e9, 4), step(1e9 + 1, 0), step(5, 4)], [WARNING, OK, WARNING]);
});

t.test('an alarm begins when the score has stayed beyond the threshold for long enough', async (t) => {
  const { step } = series({ min_duration: 10 });
  t.same([step(1, 4), step(10, 4), step(11, 4)], [OK, OK, WARNING]);
  t.same([step(12, 0), step(13, 4), step(22, 4), step(23, 4)], [OK, OK, OK, WARNING], 'and the next one too');
});

t.test('it may fall below the threshold meanwhile, as far as an alarm may', async (t) => {
  const { step } = series({ min_duration: 10 });
  t.same([step(1, 4), step(5, 2), step(11, 2), step(12, 4)], [OK, OK, OK, WARNING]);
  const other = series({ min_duration: 10 });
  t.same([other.step(1, 4), other.step(5, 1.9), other.step(12, 4), other.step(22, 4)], [OK, OK, OK, WARNING]);
});

t.test('a clock that is set back begins the duration anew', async (t) => {
  const { step } = series({ min_duration: 10 });
  t.same([step(100, 4), step(50, 4), step(59, 4), step(60, 4)], [OK, OK, OK, WARNING]);
});

t.test('what deviates too little is no reason for an alarm', async (t) => {
  const { judge } = series({ min_deviation: 2, min_deviation_ratio: 0.1 });
  t.same([judge.deviates(11.9, 10), judge.deviates(12, 10), judge.deviates(8, 10)], [false, true, true]);
  t.same([judge.deviates(109, 100), judge.deviates(110, 100)], [false, true], 'the larger of the two counts');
  t.same([judge.deviates(-109, -100), judge.deviates(-110, -100)], [false, true]);
});

t.test('an open alarm goes on though the values deviate too little', async (t) => {
  const { judge } = series();
  const rows = { f64: new Float64Array(0), f32: new Float32Array(0) };
  t.equal(judge.verdict(rows, 0, 1, 5, OK, true), WARNING);
  t.equal(judge.verdict(rows, 0, 1, 5, OK, false), OK);
});

t.test('without a threshold a budget sets it, after a day', async (t) => {
  const { judge, step } = series({ threshold: undefined });
  for (let hour = 0; hour < 24; hour++) t.equal(step(hour * 3600 + 1, hour === 12 ? 100 : 1), OK);
  t.ok(judge.threshold > 1 && judge.threshold < 100, `${judge.threshold}`);
  t.equal(step(DAY + 1, judge.threshold * 1.01), WARNING);
  t.equal(step(DAY + 2, 1000), CRITICAL, 'what is far beyond is critical');
  t.equal(step(DAY + 3, judge.threshold), WARNING);
});

t.test(
  'where scores mean the same in every series, what has hardly passed the threshold is not accepted',
  async (t) => {
    const accepted = (score: number, decay?: number) => {
      const { judge, rows, step } = series({ threshold: undefined, accept_after: 3600 }, 4, decay);
      const [quiet, alarm] = [2 * DAY, 2 * 3600];
      let times = 0;
      for (let time = 60; time < quiet + alarm; time += 60) {
        const verdict = step(time, time < quiet ? 1 : score);
        if (verdict !== OK && judge.accepts(rows, 0, time)) times++;
      }
      return times;
    };
    t.equal(accepted(7, 0.16), 0);
    t.equal(accepted(12, 0.16), 1);
    t.equal(accepted(7), 1, 'any change, where they do not');
  },
);

t.test('a row is as wide as its policy, and of a budget always the same', async (t) => {
  const judgeOf = (policy: Partial<JudgePolicy>) => series(policy).judge;
  t.equal(judgeOf({}).width, 0);
  t.equal(judgeOf({ cooldown: 1 }).width, 1);
  t.equal(judgeOf({ cooldown: 1, min_duration: 1 }).width, 2);
  t.equal(judgeOf({ accept_after: 1 }).width, 1);
  t.equal(judgeOf({ end_after: 1 }).width, 2);
  const budget = judgeOf({ threshold: undefined });
  t.equal(budget.width, 10);
  const changes: Partial<JudgePolicy>[] = [
    { cooldown: 0, min_duration: 60, hysteresis: 1 },
    { max_false_alarms: '1/day', direction: 'up' },
    { accept_after: 60, end_after: 0 },
    { min_deviation: 5 },
  ];
  for (const change of changes) {
    const { width, layout } = judgeOf({ ...change, threshold: undefined });
    t.same([width, layout], [budget.width, budget.layout], JSON.stringify(change));
  }
  const layouts = [{}, { cooldown: 1 }, { min_duration: 1 }, { cooldown: 1, min_duration: 1 }].map(
    (policy) => judgeOf(policy).layout,
  );
  t.equal(new Set([...layouts, budget.layout]).size, 5);
});
