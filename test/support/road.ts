/** A road in tests: a pipeline over detectors made on the spot, and its log in a list. */
import { agentSchema, stateSchema } from '../../src/config/schema.ts';
import type { Config } from '../../src/config.ts';
import type { Detector, Instance } from '../../src/detector.ts';
import type { Log } from '../../src/log.ts';
import { Pipeline } from '../../src/pipeline.ts';
import type { Policy } from '../../src/policy.ts';
import type { Hot } from '../../src/state/hot.ts';

export const defaultPolicy: Policy = {
  alias: 'fake',
  namepass: [],
  namedrop: [],
  tagpass: {},
  tagdrop: {},
  fieldinclude: [],
  fieldexclude: [],
  prepare: 'none',
  counter: 'off',
  threshold: 10,
  max_false_alarms: '1/week',
  direction: 'both',
  min_deviation: 0,
  min_deviation_ratio: 0,
  min_duration: 0,
  cooldown: undefined,
  hysteresis: 1,
  end_after: undefined,
  hold: false,
  accept_after: 0,
  annotate: 'tags',
  score_fields: false,
};

/** Its score is the value itself; its row counts what it has learned. */
export const identity: Instance = {
  width: 1,
  score: (_rows, _at, _time, value) => value,
  learn: (rows, at) => {
    rows.f64[at]!++;
  },
};

export function detectorOf(instance: Instance): Detector {
  return {
    name: 'fake',
    version: 1,
    threshold: 10,
    options: ({ z }) => z.object({}),
    create: () => instance,
  };
}

export interface TestLog extends Log {
  readonly lines: string[];
}

export function testLog(): TestLog {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, error: at('E!'), warn: at('W!'), info: at('I!'), debug: at('D!') };
}

/** One watch for each entry; the default is the identity under the default policy. */
export function roadOf(
  entries: { policy?: Partial<Policy>; instance?: Instance }[] = [{}],
  agent: Partial<Config['agent']> = {},
  hot?: Hot,
) {
  const log = testLog();
  const config: Config = {
    agent: { ...agentSchema.parse({}), ...agent },
    state: stateSchema.parse({ store: 'memory' }),
    detectors: entries.map(({ policy, instance }, i) => ({
      detector: detectorOf(instance ?? identity),
      options: {},
      policy: { ...defaultPolicy, ...(i > 0 && { alias: `fake${i + 1}` }), ...policy },
    })),
  };
  const pipeline = new Pipeline(config, log, hot);
  /** Gives the text chunk by chunk, and what came out as one text. */
  const pass = (...chunks: (string | Uint8Array)[]) =>
    chunks
      .map((chunk) => Buffer.from(now(pipeline.process(Buffer.from(chunk as string)))).toString())
      .join('');
  return {
    pipeline,
    log,
    pass,
    counts: pipeline.counts,
    config,
    end: () => Buffer.from(now(pipeline.end())).toString(),
  };
}

/** An answer that there is no waiting for. */
export function now<T>(answer: T | Promise<T>): T {
  if (answer instanceof Promise) throw new Error('the road waits');
  return answer;
}
