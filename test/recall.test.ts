/** No verdict depends on the memory: not on how much there is, nor on what is brought back when, or how late. */
import fc from 'fast-check';
import t from 'tap';
import zscore from '../plugins/detectors/zscore/zscore.ts';
import { agentSchema, stateSchema } from '../src/config/schema.ts';
import type { Config } from '../src/config.ts';
import type { Detector } from '../src/detector.ts';
import { optionTypes } from '../src/options.ts';
import { Pipeline } from '../src/pipeline.ts';
import type { Policy } from '../src/policy.ts';
import { Cold } from '../src/state/cold.ts';
import { Hot } from '../src/state/hot.ts';
import { Snapshots } from '../src/state/snapshot.ts';
import { finish } from '../src/waiting.ts';
import { defaultPolicy, testLog } from './support/road.ts';
import { Shaky } from './support/shaky.ts';

/** Its score tells of every value that the series has had, and at once of a row that is not whole. */
const chain: Detector<{ width: number }> = {
  name: 'chain',
  version: 1,
  threshold: 900_000,
  options: ({ z }) => z.object({ width: z.int().default(2).meta({ shapes: true }) }),
  create: ({ width }) => ({
    width,
    score: ({ f64 }, at) => (f64[at] === f64[at + width - 1] ? f64[at]! : Number.NaN),
    learn: ({ f64 }, at, time, value) => {
      f64[at] = (31 * f64[at]! + 7 * Math.abs(value) + (time % 1000) + 1) % 1_000_003;
      f64[at + width - 1] = f64[at]!;
    },
  }),
};

/** What a config says of an instance; undefined where it does not name it. */
interface Entry {
  readonly shape: boolean;
  readonly names: string[];
  readonly fields: string[];
  readonly score_fields: boolean;
}

interface Given {
  readonly tagSet: number;
  readonly fields: number;
  readonly value: number;
  /** Seconds since the point before. */
  readonly step: number;
  /** As a layer below has left it. */
  readonly annotated: boolean;
}

type Step =
  | { readonly points: Given[] }
  | { readonly config: (Entry | undefined)[] }
  | { readonly do: 'restart' | 'snapshot' };

function configOf(entries: readonly (Entry | undefined)[]): Config {
  const detectors = entries.flatMap((entry, i) => {
    if (entry === undefined) return [];
    const detector = (i === 0 ? zscore : chain) as Detector<unknown>;
    // Of a page there are many rows, or a few, or one is larger than a page.
    const given = i === 0 ? { warmup: entry.shape ? 2 : 3 } : { width: entry.shape ? 2 : i === 1 ? 90 : 600 };
    const policy: Policy = {
      ...defaultPolicy,
      alias: `number${i}`,
      threshold: i === 0 ? 3 : 900_000,
      namepass: entry.names,
      fieldinclude: entry.fields,
      score_fields: entry.score_fields,
    };
    return [{ detector, options: detector.options(optionTypes).parse(given), policy }];
  });
  return {
    agent: { ...agentSchema.parse({}), late_limit: 60 },
    state: { ...stateSchema.parse({ store: 'memory' }), idle_expiry: 1500 },
    detectors,
  };
}

const FIELDS = ['a', 'a_score', 'b', 'c\\ d'];

function tagSetOf(tagSet: number): string {
  // Some do not fit into a key of the store, and some not into a frame.
  const name = tagSet % 10 === 7 ? 'x'.repeat(990 + tagSet) : tagSet % 10 === 9 ? 'y'.repeat(4100) : 'host';
  return `m${tagSet % 3},name=${name}-${tagSet}`;
}

function textOf(points: readonly Given[], clock: { now: number }): Buffer {
  let text = '';
  for (const { tagSet, fields, value, step, annotated } of points) {
    clock.now += step;
    const chosen = FIELDS.filter((_, i) => ((fields + 1) >> i) & 1).map((name, i) => `${name}=${value + i}`);
    const marks = annotated ? ['anomaly=warning,anomaly_detector=z,', ',anomaly_score=4.5'] : ['', ''];
    const [measurement, tags] = tagSetOf(tagSet).split(',');
    text += `${measurement},${marks[0]}${tags} ${chosen.join(',')}${marks[1]} ${clock.now}000000000\n`;
  }
  return Buffer.from(text);
}

const entry: fc.Arbitrary<Entry> = fc.record({
  shape: fc.boolean(),
  names: fc.constantFrom([], [], ['m0'], ['m[12]']),
  fields: fc.constantFrom([], [], ['a*'], ['b', 'c d']),
  score_fields: fc.boolean(),
});
const config = fc.tuple(fc.option(entry, { nil: undefined }), entry, fc.option(entry, { nil: undefined }));
const given: fc.Arbitrary<Given> = fc.record({
  tagSet: fc.nat(59),
  fields: fc.nat(14),
  value: fc.oneof({ weight: 9, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.constant(1000) }),
  step: fc.oneof(
    { weight: 20, arbitrary: fc.constant(10) },
    { weight: 2, arbitrary: fc.constantFrom(-30, 0, -500, 2000) },
  ),
  annotated: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ points: fc.array(given, { minLength: 1, maxLength: 60, size: 'max' }) }),
  },
  { weight: 2, arbitrary: fc.record({ config }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'snapshot' as const) }) },
);

interface Scene {
  readonly memory: number;
  readonly first: (Entry | undefined)[];
  readonly steps: Step[];
  readonly turns: number[];
}

const scene: fc.Arbitrary<Scene> = fc.record({
  // Of these 8/7 count. From room for one point at a time to room for nearly everything.
  memory: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 60, max: 400 }).map((kilobytes) => kilobytes << 10),
  ),
  first: config,
  steps: fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }),
  turns: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
});

/** One run of the program: its memory, and the snapshots that it takes. */
class Session {
  readonly road: Pipeline;
  readonly #hot: Hot;
  readonly #snapshots: Snapshots[] = [];

  private constructor(hot: Hot, road: Pipeline) {
    this.#hot = hot;
    this.road = road;
  }

  static async begin(store: Shaky, memory: number, config: Config, log = testLog()): Promise<Session> {
    const hot = await finish(Hot.open(memory, new Cold(store, log)));
    return new Session(hot, new Pipeline(config, log, hot));
  }

  snapshot(): void {
    const snapshots = new Snapshots(this.#hot, 3600);
    snapshots.start();
    this.#snapshots.push(snapshots);
  }

  async end(): Promise<void> {
    for (const snapshots of this.#snapshots) await snapshots.finish();
    if (!(await new Snapshots(this.#hot, 3600).finish())) throw new Error('not everything is saved');
    if (this.#hot.damaged > 0) throw new Error('a record is damaged');
  }
}

const COUNTED = [
  'points',
  'values',
  'flagged',
  'alarms',
  'late',
  'restarted',
  'forgotten',
  'failures',
] as const;

/** Holds a road of little memory against one without a limit; answers how much came back from the store. */
async function sameAsUnbounded({ memory, first, steps, turns }: Scene, late: boolean): Promise<number> {
  let current = configOf(first);
  const clock = { now: 1_700_000_000 };
  const unbounded = new Pipeline(current, testLog());
  const store = new Shaky(late ? { delay: (call) => turns[call % turns.length]! } : {});
  let session = await Session.begin(store, memory, current);
  const total = new Map<string, number>();
  let recalls = 0;
  const add = ({ counts, recall }: Pipeline) => {
    for (const name of COUNTED) total.set(name, (total.get(name) ?? 0) + counts[name]);
    recalls += recall.recalls;
    if (recall.unscored > 0) throw new Error('values passed unscored');
  };
  for (const [at, step] of steps.entries()) {
    if ('points' in step) {
      const text = textOf(step.points, clock);
      const expected = Buffer.from(await unbounded.process(text)).toString();
      const found = Buffer.from(await session.road.process(text)).toString();
      if (found !== expected) throw new Error(`step ${at}\n${firstDifference(expected, found)}`);
    } else if ('config' in step) {
      current = configOf(step.config);
      unbounded.configure(current);
      session.road.configure(current);
    } else if (step.do === 'snapshot') session.snapshot();
    else {
      await session.end();
      add(session.road);
      session = await Session.begin(store, memory, current);
    }
  }
  await session.end();
  add(session.road);
  for (const name of COUNTED) {
    if (total.get(name) !== unbounded.counts[name])
      throw new Error(`${name}: ${total.get(name)} in place of ${unbounded.counts[name]}`);
  }
  if (unbounded.counts.failures > 0) throw new Error('a row is not whole, even without a store');
  return recalls;
}

function firstDifference(expected: string, found: string): string {
  const lines = found.split('\n');
  const at = expected.split('\n').findIndex((line, i) => line !== lines[i]);
  return `- ${expected.split('\n')[at]}\n+ ${lines[at]}`;
}

for (const [late, numRuns] of [
  [false, 200],
  [true, 100],
] as const) {
  const name = late ? 'a store that answers late' : 'a store that answers at once';
  t.test(`what comes out is the same whatever the memory, with ${name}`, async (t) => {
    let recalls = 0;
    await fc.assert(
      fc.asyncProperty(scene, async (scene) => {
        recalls += await sameAsUnbounded(scene, late);
      }),
      { numRuns },
    );
    t.ok(recalls > 50 * numRuns, `${recalls} recalls`);
  });
}
