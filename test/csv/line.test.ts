import t from 'tap';
import { BadRow } from '../../src/csv/bad-rows.ts';
import { LineMaker } from '../../src/csv/line.ts';
import { type CsvArguments, readCsvOptions } from '../../src/csv/options.ts';

const maker = (columns: string, given: CsvArguments = {}) =>
  new LineMaker(readCsvOptions(given), columns.split(','), 'a file');

t.test('columns become tags, fields and the time', async (t) => {
  const lines = maker('time,host,load,count,note,junk', {
    tag: ['host', 'a=b c'],
    integer: ['count'],
    string: ['note'],
    drop: ['junk'],
  });
  t.equal(
    lines.line(['1', 'x,y', '1.50', '9007199254740993', 'say "a\\b"', 'no'], 0),
    'a\\ file,a=b\\ c,host=x\\,y load=1.50,count=9007199254740993i,note="say \\"a\\\\b\\"" 1000000000',
  );
  t.equal(
    lines.line(['2', '', '.5', '-9223372036854775808', '', ''], 1),
    'a\\ file,a=b\\ c load=0.5,count=-9223372036854775808i 2000000000',
  );
  t.equal(lines.line(['3', 'z', ' +7 ', '', '', ''], 2), 'a\\ file,a=b\\ c,host=z load=7 3000000000');
  t.equal(lines.line(['3', 'z', 'NaN', 'null', '', ''], 3), '', 'a row without a value is no point');
});

t.test('tags are sorted as Telegraf does it', async (t) => {
  const { line } = { line: maker('time,b,a,B,v', { tag: ['b', 'a', 'B'] }) };
  t.equal(line.line(['1', '1', '2', '3', '4'], 0), 'a\\ file,B=3,a=2,b=1 v=4 1000000000');
});

t.test('a clock for rows that have no time', async (t) => {
  const lines = maker('v', { start: '2024-01-01', every: '1m', measurement: 'm' });
  t.equal(lines.line(['1'], 0), 'm v=1 1704067200000000000');
  t.equal(lines.line(['1'], 60), 'm v=1 1704070800000000000');
});

t.test('rows that are no points', async (t) => {
  const lines = maker('timestamp,host,v,count', { tag: ['host'], integer: ['count'] });
  const wrong: [cells: string[], reason: RegExp][] = [
    [['1', 'a', '1'], /3 cells where there are 4/],
    [['noon', 'a', '1', '1'], /"noon" is no time/],
    [['1704067200123', 'a', '1', '1'], /is no time in s; --precision ms/],
    [['1', 'a', 'up', '1'], /"up" in the column v is no number/],
    [['1', 'a', '0x10', '1'], /no number/],
    [['1', 'a', '1e999', '1'], /no number/],
    [['1', 'a', '1', '1.5'], /whole number of 64 bits/],
    [['1', 'a', '1', '9223372036854775808'], /whole number of 64 bits/],
    [['1', 'a\\', '1', '1'], /the tag host/],
    [['1', 'a\nb', '1', '1'], /the tag host/],
  ];
  for (const [cells, reason] of wrong) {
    try {
      lines.line(cells, 0);
      t.fail(cells.join());
    } catch (error) {
      t.ok(error instanceof BadRow, cells.join());
      t.match(error, { message: reason });
    }
  }
});

t.test('options that do not fit the file are refused', async (t) => {
  t.throws(() => maker('a,b'), { code: 'CSV_NO_TIME' });
  t.throws(() => maker('a,b', { time: 'c' }), { code: 'CSV_NO_COLUMN' });
  t.throws(() => maker('time,b', { tag: ['c'] }), { code: 'CSV_NO_COLUMN' });
  t.throws(() => maker('time,b,b'), { code: 'CSV_SAME_COLUMN' });
  t.throws(() => maker('time,b', { drop: ['b'] }), { code: 'CSV_NO_FIELD' });
});

t.test('names that would be no line protocol are refused', async (t) => {
  const cases: [columns: string, given: CsvArguments, code: string][] = [
    ['time,host,v', { tag: ['host', 'host'] }, 'CSV_SAME_TAG'],
    ['time,host,v', { tag: ['host', 'host=z'] }, 'CSV_SAME_TAG'],
    ['time,host,v', { tag: ['host=z'], string: ['host'] }, 'CSV_SAME_TAG'],
    ['time,v', { tag: ['a=1', 'a=2'] }, 'CSV_SAME_TAG'],
    ['time,v', { measurement: '' }, 'CSV_MEASUREMENT'],
    ['time,v', { measurement: '#m' }, 'CSV_MEASUREMENT'],
    ['time,v', { measurement: 'a\nb' }, 'CSV_MEASUREMENT'],
    ['time,v', { measurement: 'a\\' }, 'CSV_MEASUREMENT'],
    ['time,v\\', {}, 'CSV_NAME'],
    ['time,a\nb', {}, 'CSV_NAME'],
    ['time,a\\,v', { tag: ['a\\'] }, 'CSV_NAME'],
    ['time,v', { tag: ['a=b\\'] }, 'CSV_NAME'],
    ['at,time,v', { time: 'at' }, 'CSV_NAME'],
    ['time,v', { start: '2024-01-01', every: '1m' }, 'CSV_NAME'],
  ];
  for (const [columns, given, code] of cases)
    t.throws(() => maker(columns, given), { code }, `${columns} ${JSON.stringify(given)}`);
  t.ok(maker('at,time,v', { time: 'at', drop: ['time'] }), 'what is dropped may have any name');
});

t.test('a file may be wide: ten times the columns take ten times the work', async (t) => {
  // Comparing each name with each other one would outlast the patience of any runner of tests.
  const names = Array.from({ length: 300_000 }, (_, column) => `c${column}`);
  const options = readCsvOptions({ tag: ['c7'], drop: ['c8'] });
  const lines = new LineMaker(options, ['time', ...names], 'm');
  const line = lines.line(['1', ...names.map((_, column) => `${column}`)], 0);
  t.ok(line.startsWith('m,c7=7 c0=0,c1=1,'));
  t.ok(line.endsWith(',c299999=299999 1000000000'));
  t.throws(() => new LineMaker(options, ['time', ...names, 'c299999'], 'm'), { code: 'CSV_SAME_COLUMN' });
});

t.test('a file that is no csv is not printed', async (t) => {
  t.throws(() => maker('\x1b[2J\x00\ufffd'), { code: 'CSV_NO_TIME', message: /of \?\[2J\?\? is named/ });
});
