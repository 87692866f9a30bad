/** The Telegraf config that the tests share, and one run of it from a file to a file. */
import type { Test } from 'tap';
import { splitPoints } from './line-protocol.ts';
import { type LogLine, PROGRAM, Telegraf } from './telegraf.ts';

export const AGENT = `[agent]
  omit_hostname = true
  precision = "1ns"
  flush_interval = "200ms"
  metric_buffer_limit = 1000000
`;
/** To follow on AGENT, whose table it belongs to. */
export const SKIP_AGGREGATES = '  skip_processors_after_aggregators = true\n';
const INPUT = `[[inputs.file]]
  files = ["in.influx"]
`;
export const OUTPUT = `[[outputs.file]]
  files = ["out.influx"]
  influx_uint_support = true
`;
/** With a fixed threshold: a budget is silent for a day. */
export const ANOMALY_TOML = '[[detectors.zscore]]\n  threshold = 6.0\n';

/** A detector for `module = "./echo.js"` whose score is the value itself, so that a test knows it. */
const ECHO_MODULE = `export default {
  name: 'echo', version: 1, threshold: 5,
  options: ({ z }) => z.object({}),
  create: () => ({ width: 1, score: (rows, at, time, value) => value, learn: () => {} }),
};
`;

/** A child of Telegraf; `more` are lines of its table. */
export function execd(command: readonly string[] = PROGRAM, more = ''): string {
  return `[[processors.execd]]
  command = ${JSON.stringify(command)}
  restart_delay = "0s"
  influx_uint_support = true
${more}`;
}

export interface Once {
  /** Line protocol, one character a byte. */
  readonly points: string;
  /** None: Telegraf alone. */
  readonly processors?: string;
  /** Tables of anomaly.toml. */
  readonly anomalyToml?: string;
  /** Of Telegraf. */
  readonly argument?: '--once' | '--test';
}

export interface Outcome {
  /** What outputs.file has written. */
  readonly points: string[];
  /** What Telegraf has printed: the points, with `--test`. */
  readonly stdout: string;
  readonly log: LogLine[];
}

/**
 * Sends the points through the Telegraf at `path` once, which must end well and without an error in its log.
 * A test of its own called `name`, so that each Telegraf has its directory.
 */
export async function runOnce(t: Test, name: string, path: string, setup: Once): Promise<Outcome> {
  const { points, processors = '', anomalyToml = ANOMALY_TOML, argument = '--once' } = setup;
  let outcome: Outcome = { points: [], stdout: '', log: [] };
  await t.test(name, async (t) => {
    const telegraf = new Telegraf(t, path, {
      config: AGENT + SKIP_AGGREGATES + INPUT + processors + OUTPUT,
      files: {
        'in.influx': Buffer.from(points, 'latin1'),
        'anomaly.toml': anomalyToml,
        'echo.js': ECHO_MODULE,
      },
      arguments: [argument],
    });
    t.equal(await telegraf.end(), 0, 'Telegraf ends well');
    t.strictSame(telegraf.log('E'), [], 'no error in its log');
    outcome = {
      points: splitPoints(telegraf.output()),
      stdout: telegraf.stdout,
      log: telegraf.log(),
    };
  });
  return outcome;
}
