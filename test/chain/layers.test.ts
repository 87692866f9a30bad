/**
 * Two layers of Telegraf, as large installations have them: agents that send to Kafka, and a Telegraf behind it that
 * writes to InfluxDB, with the program in both. The second one learns as if there were no first.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import {
  CHAIN_MILLISECONDS,
  chainParts,
  everythingIn,
  influxdbOutput,
  kafkaInput,
  nanosecondsOf,
  sentValues,
  startServers,
  storedValue,
  until,
} from '../support/chain.ts';
import { CLI } from '../support/child.ts';
import { parsePoint } from '../support/line-protocol.ts';
import { freePort } from '../support/server.ts';
import { Telegraf } from '../support/telegraf.ts';
import { AGENT, execd, SKIP_AGGREGATES } from '../support/telegraf-once.ts';

t.setTimeout(CHAIN_MILLISECONDS);
const parts = chainParts();

const FIRST_SECOND = 1_767_225_600;
const HOSTS = 3;
const ROUNDS = 300;
/** Of each host, beyond its warm-up. */
const SPIKES = [150, 151, 220, 290];
const TAGS = ['anomaly', 'anomaly_detector'];

const points = Array.from({ length: ROUNDS * HOSTS }, (_, number) => {
  const [round, host] = [Math.floor(number / HOSTS), number % HOSTS];
  const wobble = ((host + 7 * round) % 10) / 10;
  const usage = SPIKES.includes(round) ? 999 : 50 + wobble;
  const time = `${FIRST_SECOND + round}${String(number).padStart(9, '0')}`;
  return `cpu,host=h${host},unit=% usage=${usage},idle=${3 + wobble} ${time}`;
});

/** The first layer says all that it can: tags, fields and scores. */
const FIRST = `[state]
  path = "state"
[[detectors.zscore]]
  alias = "agent"
  threshold = 8
  counter = "off"
  score_fields = true
  fieldinclude = ["usage"]
`;
/** The second looks at every field that comes. Without score_fields, the first's would be fields as any other. */
const SECOND = `[state]
  path = "state"
[[detectors.zscore]]
  alias = "central"
  threshold = 8
  counter = "off"
  score_fields = true
  tagpass = { host = ["h0", "h1"] }
[[detectors.zscore]]
  alias = "mute"
  threshold = 1e9
  counter = "off"
  tagpass = { host = ["h2"] }
`;

interface Learned {
  readonly tag_set: string;
  readonly field: string;
  readonly instances: readonly string[];
  readonly count: number;
}

/** Every series of the state in that directory, with the floats of its detectors. */
function learnedIn(directory: string): [series: Learned, floats: unknown][] {
  const state = (...rest: string[]) => {
    const command = [CLI, 'state', ...rest, '--path', `${directory}/state`];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const series = state('list', '--json', '--limit', '1000')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Learned)
    // A field that nobody watches is listed too.
    .filter(({ instances }) => instances.length > 0)
    .sort((a, b) => (a.tag_set + a.field < b.tag_set + b.field ? -1 : 1));
  return series.map((one) => {
    const shown = JSON.parse(state('show', one.tag_set, one.field)) as { instances: { floats: unknown }[] };
    return [one, shown.instances.map(({ floats }) => floats)];
  });
}

t.test('agents with the program, Kafka, and a Telegraf with the program', parts.options, async (t) => {
  const servers = await startServers(t, parts);
  const { kafka, influxdb } = servers;
  await kafka.createTopic('metrics');
  const port = freePort();
  const folders = t.testdir({ agent: {}, central: {}, alone: { 'anomaly.toml': SECOND } });
  const agent = new Telegraf(t, parts.telegraf.path, {
    config: `${AGENT}[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:${port}"
  data_format = "influx"
${execd()}[[outputs.kafka]]
  brokers = ["${kafka.address}"]
  topic = "metrics"
  version = "2.8.0"
  data_format = "influx"
  influx_uint_support = true
`,
    files: { 'anomaly.toml': FIRST },
    directory: `${folders}/agent`,
  });
  const central = new Telegraf(t, parts.telegraf.path, {
    config:
      AGENT +
      SKIP_AGGREGATES +
      kafkaInput(servers, 'metrics', 'central') +
      execd() +
      influxdbOutput(servers, 'bucket'),
    files: { 'anomaly.toml': SECOND },
    directory: `${folders}/central`,
  });

  const socket = await until('the agent listens', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  });
  socket.end(points.map((line) => `${line}\n`).join(''));

  const sent = points.flatMap(sentValues);
  const stored = await until('all values are there', async () => {
    const own = '|> filter(fn: (r) => r._field !~ /^anomaly/ and r._field !~ /_(score|surprise)$/)';
    const rows = await influxdb.query(`${everythingIn('bucket')} ${own}`);
    return rows.length >= sent.length && rows;
  });
  for (const telegraf of [agent, central]) {
    t.equal(await telegraf.stop(), 0);
    t.strictSame(telegraf.log('E'), [], 'no error in the log');
  }
  t.strictSame(
    stored.map((row) => storedValue(row, TAGS)).sort(),
    [...sent].sort(),
    'every point, as it was',
  );

  await t.test('a flagged point says who saw it last', async (t) => {
    const fields = await influxdb.query(
      `${everythingIn('bucket')} |> filter(fn: (r) => r._field == "anomaly_reason")`,
    );
    const said = fields.map((row) => [String(nanosecondsOf(row._time!)), row.anomaly_detector]);
    const flagged = points.filter((line) => line.includes('usage=999'));
    const due = flagged.map((line) => [
      parsePoint(line).time,
      line.includes('host=h2') ? 'agent' : 'central',
    ]);
    t.strictSame(said.sort(), due.sort(), 'the second layer, and where it is mute the first');
  });

  await t.test('the second layer has learned what it would have learned without the first', async (t) => {
    const alone = `${folders}/alone`;
    const input = points.map((line) => `${line}\n`).join('');
    const run = spawnSync(process.execPath, [CLI, 'run', '--config', 'anomaly.toml'], { cwd: alone, input });
    t.equal(run.status, 0);
    const learned = learnedIn(`${folders}/central`);
    t.strictSame(learned, learnedIn(alone), 'from the same points');
    t.strictSame(
      learned.map(([{ tag_set, field, count }]) => [tag_set, field, count]),
      ['h0', 'h1', 'h2'].flatMap((host) =>
        ['idle', 'usage'].map((field) => [`cpu,host=${host},unit=%`, field, ROUNDS]),
      ),
      'each series whole, and none of what the first has added',
    );
  });
});
