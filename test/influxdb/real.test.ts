/** What a real InfluxDB 2 gives back is what went in, to the byte; and a training from it is one from the file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { AnnotationNames } from '../../src/annotate.ts';
import { InfluxHistory } from '../../src/influxdb/read.ts';
import { CONFIG, DAYS, daysOf, program } from '../support/history.ts';
import { InfluxDB } from '../support/influxdb.ts';
import { influxdbPart } from '../support/parts.ts';

const part = influxdbPart();
const SECOND = 1_000_000_000n;

interface Reading {
  readonly filters?: readonly string[];
  readonly page?: number;
  readonly start?: bigint;
  readonly end?: bigint;
}

/** All that a history holds, line by line. */
async function linesOf(influxdb: InfluxDB, bucket: string, reading: Reading = {}): Promise<string[]> {
  const { url, organization: org, token } = influxdb;
  const history = new InfluxHistory({
    connection: { url, org, bucket, token },
    ...{ start: -2_000_000_000n * SECOND, end: 2_000_000_000n * SECOND, filters: [] },
    ...reading,
    names: new AnnotationNames('anomaly'),
    stop: new AbortController().signal,
  });
  let text = '';
  for await (const { bytes } of history.read(undefined)) text += Buffer.from(bytes).toString();
  return splitLines(text);
}

/** A line break in a string is part of its line. */
function splitLines(text: string): string[] {
  return text.split(/(?<=\d)\n/).filter((line) => line !== '');
}

/** As Telegraf's serializer writes them, fields sorted. */
const ODD = [
  String.raw`m\ x\,y,Z=1,a\,\=\ b=c\,\=\ d,path=C:\dir f\,\=\ 1=1.5 1700000000000000001`,
  'm i=9223372036854775807i,j=-9223372036854775808i,u=18446744073709551615u,v=9007199254740993i 1700000000000000002',
  'm f=0.1,g=-0,h=100000000000000000000,k=0.00000000000000000001,t=true,z=false 1700000000000000003',
  'm,tag=b\\nc\\t text="two\nlines, \\"quoted\\", a \\\\ and = signs é温😀" 1700000000123456789',
  'm s="" 1700000000123456790',
  'm,ö=温,😀=é v=1i -1',
  'm v=2i -1500000000000000001',
  'm v=3i 0',
];

t.test('odd names, 64 bits and nanoseconds come back to the byte', part.options, async (t) => {
  const influxdb = await InfluxDB.start(t, part.path);
  await influxdb.write('bucket', ODD.join('\n'));
  t.strictSame((await linesOf(influxdb, 'bucket')).sort(), [...ODD].sort());

  await influxdb.createBucket('split');
  const plain: string[] = [];
  const written: string[] = [];
  for (let i = 0; i < 500; i++) {
    const time = 1_700_000_000_000_000_000n + BigInt(i) * 10n * SECOND;
    plain.push(`cpu,host=a\\ b,zone=1 a=${i}.5,b=${i}i ${time}`);
    const flagged = i % 3 === 0;
    const tags = flagged ? ',anomaly=warning,anomaly_detector=zscore' : '';
    const fields = flagged
      ? ',anomaly_score=5.5,anomaly_fields="a",anomaly_reason="a is \\"5\\"",anomaly_surprise=1'
      : '';
    written.push(`cpu,host=a\\ b,zone=1${tags} a=${i}.5,b=${i}i${fields} ${time}`);
    written.push(`internal_anomaly,config=x points=${i}i ${time}`);
    if (flagged) written.push(`anomaly,host=a,measurement=cpu start=1i,reason="x" ${time}`);
  }
  await influxdb.write('split', written.join('\n'));
  const found = await linesOf(influxdb, 'split', { start: 1_699_999_999n * SECOND });
  t.strictSame(found, plain, 'what is ours is gone, and the series are whole and in time order');
  t.strictSame(
    await linesOf(influxdb, 'split', { start: 1_699_999_999n * SECOND, page: 7 }),
    plain,
    'in small pages',
  );
  const part1 = {
    start: 1_700_000_000n * SECOND + 10n * SECOND,
    end: 1_700_000_000n * SECOND + 30n * SECOND,
  };
  t.strictSame(
    await linesOf(influxdb, 'split', part1),
    plain.slice(1, 3),
    'from the start on, before the end',
  );

  await influxdb.createBucket('filtered');
  const many = [
    'cpu,host=a v=1i 1',
    'cpu,host=b/c v=1i 1',
    'mem,host=a v=1i 1',
    'mem v=1i 1',
    'disk,path=/a*b v=1i 1',
  ];
  await influxdb.write('filtered', many.join('\n'));
  const filtered = async (...filters: string[]) =>
    (await linesOf(influxdb, 'filtered', { filters, start: 0n, end: 10n }))
      .map((line) => many.indexOf(line))
      .sort();
  t.strictSame(await filtered('cpu'), [0, 1]);
  t.strictSame(await filtered('c*,host=b/?'), [1]);
  t.strictSame(await filtered('cpu,host=[ab/]'), [0]);
  t.strictSame(await filtered('host=a'), [0, 2]);
  t.strictSame(await filtered('cpu,host=a', '{disk,mem}*,path=*'), [0, 4]);
  t.strictSame(await filtered('nothing'), []);
});

t.test('a training from it is a training from the file', part.options, async (t) => {
  const influxdb = await InfluxDB.start(t, part.path);
  const shape = { tagSets: 20, steps: 24 };
  const history = daysOf(0, DAYS - 1, shape);
  const last = daysOf(DAYS - 1, DAYS, shape);
  for (let at = 0; at < history.length; ) {
    const end = history.indexOf('\n', Math.min(history.length - 1, at + 1_000_000)) + 1;
    await influxdb.write('bucket', history.slice(at, end));
    at = end;
  }
  const toml = (state: string) => `[state]\n  path = "${state}"\n  snapshot_interval = "50ms"\n${CONFIG}`;
  const dir = t.testdir({
    'file.toml': toml('of-file'),
    'influxdb.toml': toml('of-influxdb'),
    history,
    token: influxdb.token,
  });
  const fromFile = program(dir, ['train', '--config', 'file.toml', 'history']);
  t.equal(fromFile.code, 0, fromFile.log);
  const place = [
    '--url',
    influxdb.url,
    '--org',
    influxdb.organization,
    '--bucket',
    'bucket',
    '--token-file',
    'token',
  ];
  const argv = ['train', '--config', 'influxdb.toml', ...place, '--start', '2023-11-01'];
  // In two parts: the second goes on where the first ended.
  const first = program(dir, [...argv, '--stop', '2023-11-22T05:06:07.000000008Z']);
  t.equal(first.code, 0, first.log);
  const second = program(dir, [...argv, '--stop', '2023-12-10']);
  t.equal(second.code, 0, second.log);
  t.match(second.log, /learned [\d,]+ points after [\d,]+ before/);
  const expected = program(dir, ['run', '--config', 'file.toml'], last);
  t.ok(program(dir, ['run', '--config', 'influxdb.toml'], last).output.equals(expected.output));
  t.match(expected.output.toString(), 'anomaly=');

  const wrong: [code: string, changes: readonly string[]][] = [
    ['INFLUXDB_UNAUTHORIZED', ['--token-file', 'file.toml.token']],
    ['INFLUXDB_NOT_FOUND', ['--bucket', 'none']],
    ['INFLUXDB_NOT_FOUND', ['--org', 'none']],
  ];
  writeFileSync(join(dir, 'file.toml.token'), 'wrong');
  for (const [code, [option, value]] of wrong) {
    const changed = argv.map((argument, at) => (argv[at - 1] === option ? value! : argument));
    const { code: status, log } = program(dir, [...changed, '--state', 'other']);
    t.equal(status, 1);
    t.match(log, new RegExp(`^${code}: [^\\n]+\\n$`, 'm'));
  }
});
