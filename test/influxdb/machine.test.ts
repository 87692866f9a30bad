/** A machine's csv on its whole way: imported into a real InfluxDB, learned from there, its next day replayed and reported. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { uniform } from '../../src/math/random.ts';
import { program } from '../support/history.ts';
import { InfluxDB } from '../support/influxdb.ts';
import { influxdbPart } from '../support/parts.ts';

const part = influxdbPart();
const COLUMNS = 38;
const MINUTES_A_DAY = 1440;
/** An exact multiple of the 5,000 points of a batch: what the client would not wait for. */
const ROWS = 10_000;
const START = 1_704_067_200n;
const SPIKE_AT = 700;

/** A row a minute, columns without names; values with all the digits of a double. */
function rows(from: number, count: number): string {
  const row = (minute: number) =>
    Array.from({ length: COLUMNS }, (_, column) =>
      minute === ROWS + SPIKE_AT && column === 0 ? 50 : uniform(column, minute, 7),
    ).join(',');
  return Array.from({ length: count }, (_, at) => `${row(from + at)}\n`).join('');
}

t.test('csv to InfluxDB to a state to a report', part.options, async (t) => {
  const influxdb = await InfluxDB.start(t, part.path);
  const names = Array.from({ length: COLUMNS }, (_, at) => `metric_${at + 1}`).join(',');
  const dir = t.testdir({
    token: influxdb.token,
    'week.csv': rows(0, ROWS),
    'day.csv': rows(ROWS, MINUTES_A_DAY),
    'anomaly.toml': '[[detectors.zscore]]\n  threshold = 8\n',
  });
  const shape = (start: bigint) => [
    ...['--columns', names, '--every', '1m', '--measurement', 'machine', '--tag', 'name=1-1'],
    ...['--start', new Date(Number(start) * 1000).toISOString()],
  ];
  const place = ['--url', influxdb.url, '--org', influxdb.organization, '--bucket', 'bucket'];
  const to = [...place, '--token-file', 'token'];
  const ended = (name: string, { code, log }: { code: number | null; log: string }) =>
    t.equal(code, 0, `${name}: ${log}`);

  const imported = program(dir, ['import', ...shape(START), ...to, 'week.csv']);
  ended('import', imported);
  t.match(imported.log, `: ${ROWS.toLocaleString('en-US')} acknowledged`);
  const text = program(dir, ['import', ...shape(START), 'week.csv']);
  const [counted] = await influxdb.query('from(bucket: "bucket") |> range(start: 0) |> group() |> count()');
  t.equal(counted?._value, String(ROWS * COLUMNS), 'all is there when import ends');

  writeFileSync(join(dir, 'week.influx'), text.output);
  const train = ['train', '--config', 'anomaly.toml', '--state'];
  ended(
    'train',
    program(dir, [...train, 'of-influxdb', ...to, '--start', '2024-01-01', '--stop', '2024-02-01']),
  );
  ended('train', program(dir, [...train, 'of-file', 'week.influx']));
  const replay = (state: string, ...more: string[]) =>
    program(dir, [
      ...['replay', '--config', 'anomaly.toml', '--state', state],
      ...[...shape(START + 60n * BigInt(ROWS)), ...more, 'day.csv'],
    ]);
  const fromInfluxdb = replay('of-influxdb', '--report', 'day.html');
  ended('replay', fromInfluxdb);
  t.ok(fromInfluxdb.output.equals(replay('of-file').output), 'as if it had learned from the file');
  const flagged = fromInfluxdb.output.toString().split('\n');
  t.strictSame(
    flagged.flatMap((line, at) => (line.includes(',anomaly=') ? [at] : [])),
    [SPIKE_AT],
  );
  t.match(flagged[SPIKE_AT], 'anomaly_fields="metric_1"');
  t.match(readFileSync(join(dir, 'day.html'), 'utf8'), 'machine,name=1-1');
});
