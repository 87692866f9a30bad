import t from 'tap';
import { type CsvArguments, isCsv, readCsvOptions } from '../../src/csv/options.ts';

t.test('what is said', async (t) => {
  t.match(readCsvOptions({}), { precision: 's', delimiter: ',', columns: undefined, clock: undefined });
  const given = {
    columns: 'a, b',
    tag: ['host', 'site=x=y'],
    start: '2024-01-01',
    every: '1m',
    delimiter: 'tab',
  };
  t.match(readCsvOptions(given), {
    columns: ['a', 'b'],
    tags: ['host'],
    constants: [['site', 'x=y']],
    clock: { start: 1704067200000000000n, every: 60000000000n },
    delimiter: '\t',
  });
});

t.test('what does not fit is refused', async (t) => {
  const wrong: CsvArguments[] = [
    { time: 'a', start: '2024-01-01', every: '1m' },
    { start: '2024-01-01' },
    { every: '1m' },
    { start: 'noon', every: '1m' },
    { start: '2024-01-01', every: 'often' },
    { start: '2024-01-01', every: '0s' },
    { tag: ['host='] },
    { tag: ['=x'] },
    { integer: ['a'], string: ['a'] },
    { tag: ['a'], drop: ['a'] },
    { delimiter: ',,' },
    { delimiter: '"' },
    { delimiter: '' },
  ];
  for (const given of wrong)
    t.throws(() => readCsvOptions(given), { code: 'CSV_ARGUMENT' }, JSON.stringify(given));
});

t.test('csv by its name', async (t) => {
  t.ok(isCsv('a.csv') && isCsv('b/a.CSV.gz'));
  t.notOk(isCsv('a.influx') || isCsv('csv'));
});
