import t from 'tap';
import { agentSchema, stateSchema } from '../../src/config/schema.ts';
import type { DetectorConfig } from '../../src/config.ts';
import type { Instance } from '../../src/detector.ts';
import type { Series } from '../../src/evaluate/corpus.ts';
import { Points, scoresOf } from '../../src/evaluate/scores.ts';
import type { Policy } from '../../src/policy.ts';
import { defaultPolicy, detectorOf, identity } from '../support/road.ts';

const sections = { agent: agentSchema.parse({}), state: stateSchema.parse({ store: 'memory' }) };

function seriesOf(values: readonly number[], seconds = values.map((_, row) => 1000 + row)): Series {
  return {
    name: 'a.csv',
    seconds: Float64Array.from(seconds),
    values: Float64Array.from(values),
    windows: [],
  };
}

async function run(series: readonly Series[], instance = identity, policy: Partial<Policy> = {}) {
  const config: DetectorConfig = {
    detector: detectorOf(instance === identity ? { ...identity } : instance),
    options: {},
    policy: { ...defaultPolicy, ...policy },
  };
  const scored = await scoresOf(
    config,
    sections,
    series.map((one, number) => new Points(one, number)),
  );
  return scored.map(({ strangeness, alarms }) => ({ strangeness: [...strangeness], alarms }));
}

t.test('scores as the detector gives them, not as annotations round them', async (t) => {
  const values = [1 / 3, -20.00001, 1e-12, 5e-324, 1.7e308];
  t.same(await run([seriesOf(values)]), [{ strangeness: values.map(Math.abs), alarms: [1, 4] }]);
});

t.test('the direction that is watched', async (t) => {
  const series = [seriesOf([5, -20, 20, 0])];
  t.same(await run(series, identity, { direction: 'up' }), [{ strangeness: [5, 0, 20, 0], alarms: [2] }]);
  t.same(await run(series, identity, { direction: 'down' }), [{ strangeness: [0, 20, 0, 0], alarms: [1] }]);
});

t.test('an alarm is the transition out of ok', async (t) => {
  const [scored] = await run([seriesOf([0, 11, 12, 0, 13, 0, 14])]);
  t.same(scored?.alarms, [1, 4, 6]);
});

t.test('rows that the road passes over keep a 0, and end no alarm', async (t) => {
  const seconds = [10, 11, 11, 9, 12, 13.25, 13.25, 14];
  const found = await run([seriesOf([1, 20, 30, 40, 50, Number.NaN, 6, 60], seconds)]);
  t.same(found, [{ strangeness: [1, 20, 0, 0, 50, 0, 6, 60], alarms: [1, 7] }]);
});

t.test('each series from nothing, whatever the selectors say', async (t) => {
  const counting: Instance = { ...identity, score: (rows, at) => rows.f64[at]! };
  const policy = { namepass: ['cpu'], tagpass: { host: ['a'] }, fieldexclude: ['*'], threshold: 2 };
  t.same(await run([seriesOf([7, 7, 7]), seriesOf([7, 7])], counting, policy), [
    { strangeness: [0, 1, 2], alarms: [2] },
    { strangeness: [0, 1], alarms: [] },
  ]);
});

t.test('however its points are marked', async (t) => {
  const policy = { annotate: 'fields', score_fields: true } as const;
  t.same(await run([seriesOf([1, 20])], identity, policy), [{ strangeness: [1, 20], alarms: [1] }]);
});

t.test('the instance is asked as itself', async (t) => {
  class Own implements Instance {
    readonly width = 1;
    readonly #factor = 2;
    asked = 0;
    learn = identity.learn;
    score(_rows: unknown, _at: number, _time: number, value: number): number {
      return this.#factor * value;
    }
    band(): void {
      this.asked += this.#factor;
    }
  }
  const own = new Own();
  t.match(await run([seriesOf([1, 20, 1])], own), [{ strangeness: [2, 40, 2], alarms: [1] }]);
  t.equal(own.asked, 4, 'for the value that is flagged, and the one that ends the alarm');
});

t.test('a value is scored once, whatever leads to the score', async (t) => {
  class AtOnce implements Instance {
    readonly width = 1;
    score(...value: Parameters<Instance['score']>): number {
      return this.update(...value);
    }
    learn(...value: Parameters<Instance['learn']>): void {
      this.update(...value);
    }
    update(_rows: unknown, _at: number, _time: number, value: number): number {
      return 2 * value;
    }
  }
  t.match(await run([seriesOf([1, 20, 1, 30])], new AtOnce()), [{ strangeness: [2, 40, 2, 60] }]);
});

t.test('an instance that scores and learns at once', async (t) => {
  const update = (_rows: unknown, _at: number, _time: number, value: number) => 3 * value;
  const score = () => t.fail('nothing may stand between') as never;
  const instance: Instance = { ...identity, score, update };
  t.match(await run([seriesOf([1, 20, 1])], instance), [{ strangeness: [3, 60, 3], alarms: [1] }]);
});

t.test('a detector that fails ends the evaluation', async (t) => {
  const fails = (score: Instance['score']) => run([seriesOf([1])], { ...identity, score });
  const thrown = () => {
    throw new Error('out of order');
  };
  const wanted = { code: 'EVALUATE_DETECTOR_FAILED' } as const;
  await t.rejects(fails(thrown), { ...wanted, message: /fake on a\.csv: .*out of order/ });
  await t.rejects(
    fails(() => Number.NaN),
    { ...wanted, message: /NaN/ },
  );
});

t.test('times before 1970, fractions, and large numbers', async (t) => {
  const seconds = [-2.5, -1, 0.000001, 1.000002, 4_000_000_000.5];
  const values = [1e-7, 1e21, -0, 123_456_789.123, 5];
  const found = await run([seriesOf(values, seconds)], identity, { threshold: 1e300 });
  t.same(found, [{ strangeness: values.map(Math.abs), alarms: [] }]);
});

t.test('a series without a value', async (t) => {
  t.same(await run([seriesOf([]), seriesOf([Number.NaN]), seriesOf([30])]), [
    { strangeness: [], alarms: [] },
    { strangeness: [0], alarms: [] },
    { strangeness: [30], alarms: [0] },
  ]);
});
