/** Kafka to InfluxDB with the built program between them: every point arrives as it was, and the strange ones say so. */
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
import { parsePoint, withoutAnnotation } from '../support/line-protocol.ts';
import { Telegraf } from '../support/telegraf.ts';
import { AGENT, execd, SKIP_AGGREGATES } from '../support/telegraf-once.ts';

t.setTimeout(CHAIN_MILLISECONDS);
const parts = chainParts();

const FIRST_SECOND = 1_767_225_600;
const HOSTS = 4;
const ROUNDS = 200;
/** Of the last host, beyond its warm-up; 999 where all others are near 50. */
const SPIKES = [120, 121, 160];
const TAGS = ['anomaly', 'anomaly_detector'];

/** Round for round, the hosts one after the other, some nanoseconds after the full second. */
const steady = Array.from({ length: ROUNDS * HOSTS }, (_, number) => {
  const [round, host] = [Math.floor(number / HOSTS), number % HOSTS];
  const spike = host === HOSTS - 1 && SPIKES.includes(round);
  const value = spike ? 999 : 50 + ((host + 7 * round) % 10) / 10;
  const time = `${FIRST_SECOND + round}${String(number).padStart(9, '0')}`;
  return `cpu,host=h${host} usage=${value},idle=${100 - value},count=${round}i ${time}`;
});

/** Values at the ends of their types, and texts that have to be escaped. */
const exotic = [
  'limits,kind=int smallest=-9223372036854775808i,largest=9223372036854775807i,odd=-9007199254740993i 1767225600000000001',
  'limits,kind=uint full=18446744073709551615u,beyond=9223372036854775808u 1767225600000000002',
  'limits,kind=float small=5e-324,large=1.7976931348623157e308,digits=0.1234567890123456,whole=3 1767225600000000003',
  'limits,kind=bool yes=true,no=false 1767225600000000004',
  'texts quoted="say \\"hi\\", \\\\ and = too",empty="",lines="two\nlines",signs="größer 漢字 🙂" 1767225600000000005',
  'na\\ me\\,d,ke\\ y=va\\=l\\,ue,land=Ägypten fi\\=eld=1,übrig=2i 1767225600000000006',
  'limits,kind=time before=1 -1',
  'limits,kind=time long_ago=2 -9000000000000000001',
  'limits,kind=time far=3 9200000000000000009',
];

t.test('every point that Kafka has is found in InfluxDB', parts.options, async (t) => {
  const servers = await startServers(t, parts);
  const { kafka, influxdb } = servers;
  await kafka.createTopic('metrics');
  const telegraf = new Telegraf(t, parts.telegraf.path, {
    config:
      AGENT +
      SKIP_AGGREGATES +
      kafkaInput(servers, 'metrics', 'telegraf') +
      execd() +
      influxdbOutput(servers, 'bucket'),
    files: {
      'anomaly.toml': '[[detectors.zscore]]\n  namepass = ["cpu"]\n  threshold = 8\n  counter = "off"\n',
    },
  });
  const points = [...exotic, ...steady];
  // Some messages hold one point, others many.
  await kafka.produce('metrics', [...exotic, ...chunks(steady, 7).map((lines) => lines.join('\n'))]);

  const sent = points.flatMap(sentValues);
  const everything = everythingIn('bucket');
  const own = '|> filter(fn: (r) => r._field !~ /^anomaly/)';
  const stored = await until('all values are there', async () => {
    const rows = await influxdb.query(`${everything} ${own}`);
    return rows.length >= sent.length && rows;
  });

  await t.test('values, types and nanoseconds are equal', async (t) => {
    t.strictSame(stored.map((row) => storedValue(row, TAGS)).sort(), [...sent].sort());
  });

  await t.test('the flagged ones carry our tags and fields, and no other does', async (t) => {
    const flagged = steady.filter((line) => line.includes('=999'));
    const tagged = stored.filter((row) => row.anomaly !== undefined && row.anomaly !== '');
    t.strictSame(
      tagged.map((row) => storedValue(row, TAGS)).sort(),
      flagged.flatMap(sentValues).sort(),
      'just those points',
    );
    for (const { anomaly, anomaly_detector: detector } of tagged) {
      t.match(anomaly, /^(warning|critical)$/);
      t.equal(detector, 'zscore');
    }
    const fields = await influxdb.query(
      `${everything} |> filter(fn: (r) => r._field =~ /^anomaly/) |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`,
    );
    t.strictSame(
      fields.map((row) => String(nanosecondsOf(row._time!))).sort(),
      flagged.map((line) => parsePoint(line).time).sort(),
      'each of them has our fields',
    );
    for (const row of fields) {
      t.ok(Number(row.anomaly_score) > 8, 'its score is beyond the threshold');
      t.equal(row.anomaly_threshold, '8');
      t.match(row.anomaly_fields, /usage/);
      t.match(row.anomaly_reason, /is 999, expected 5\d/);
    }
  });

  await t.test('a query that does not group by our tags has no gap', async (t) => {
    const range = `from(bucket: "bucket") |> range(start: ${FIRST_SECOND}, stop: ${FIRST_SECOND + ROUNDS})`;
    const usage = `${range} |> filter(fn: (r) => r._measurement == "cpu" and r._field == "usage" and r.host == "h${HOSTS - 1}")`;
    const windows = '|> aggregateWindow(every: 1s, fn: mean, createEmpty: true)';
    const whole = await influxdb.query(`${usage} |> group(columns: ["host", "_field"]) ${windows}`);
    t.equal(whole.length, ROUNDS);
    t.strictSame(
      whole.filter((row) => row._value === ''),
      [],
      'a value in each second',
    );
    const split = await influxdb.query(`${usage} ${windows}`);
    const healthy = split.filter((row) => (row.anomaly ?? '') === '');
    t.equal(healthy.filter((row) => row._value === '').length, SPIKES.length, 'one that does has them');
  });

  t.equal(await telegraf.stop(), 0);
  t.strictSame(telegraf.log('E'), [], 'no error in the log');
  t.strictSame(points.map(withoutAnnotation), points, 'what was sent had nothing of ours');
});

function chunks<T>(list: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, at) =>
    list.slice(at * length, (at + 1) * length),
  );
}
