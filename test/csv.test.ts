import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { type CsvArguments, readCsvOptions } from '../src/csv/options.ts';
import { csvLines } from '../src/csv.ts';
import { Source } from '../src/source.ts';

async function read(file: string, given: CsvArguments = {}) {
  const bad: [number, string][] = [];
  let text = '';
  const chunks = csvLines(new Source(file), readCsvOptions(given), (_file, line, reason) =>
    bad.push([line, reason]),
  );
  for await (const chunk of chunks) text += chunk;
  return { text, bad };
}

t.test('a file with a header, packed or not', async (t) => {
  const csv = '\ufefftime,host,load\n1,a,0.5\nbad\n2,b,0.25';
  const dir = t.testdir({ 'load.csv': csv });
  writeFileSync(join(dir, 'load.x.csv.gz'), gzipSync(csv));
  for (const name of ['load.csv', 'load.x.csv.gz']) {
    const { text, bad } = await read(join(dir, name), { tag: ['host'] });
    t.equal(text, 'load,host=a load=0.5 1000000000\nload,host=b load=0.25 2000000000\n', name);
    t.strictSame(bad, [[3, '1 cells where there are 3 columns']]);
  }
});

t.test('38 columns, no header, a row a minute', async (t) => {
  const columns = Array.from({ length: 38 }, (_, i) => `c${i + 1}`);
  const row = (value: string) => columns.map(() => value).join(',');
  const dir = t.testdir({ 'machine-1-1.txt': [row('0.1'), row('x'), row('0.3')].join('\n') });
  const given = { columns: columns.join(','), start: '2024-01-01', every: '1m', tag: ['host=m1'] };
  const { text, bad } = await read(join(dir, 'machine-1-1.txt'), given);
  const lines = text.split('\n');
  t.equal(lines.length, 3);
  t.match(lines[0], /^machine-1-1,host=m1 c1=0\.1,c2=0\.1,.*,c38=0\.1 1704067200000000000$/);
  t.match(lines[1], / 1704067320000000000$/, 'the time of a row that is left out passes');
  t.equal(bad[0]?.[0], 2);
});

t.test('many rows over many chunks', async (t) => {
  const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${i / 7},ü\n`);
  const dir = t.testdir({ 'many.csv': `time,value,note\n${rows.join('')}` });
  const { text } = await read(join(dir, 'many.csv'), { string: ['note'] });
  t.equal(text, rows.map((_, i) => `many value=${i / 7},note="ü" ${BigInt(i) * 1000000000n}\n`).join(''));
});

t.test('a stray quote costs its own row, and the times of the others stay', async (t) => {
  const dir = t.testdir({ 'inch.csv': 's,v\n5" disk,1\nok,2\n7" disk,3\nfine,4\n' });
  const given = { string: ['s'], start: '2024-01-01', every: '1m' };
  const { text, bad } = await read(join(dir, 'inch.csv'), given);
  t.equal(text, 'inch s="ok",v=2 1704067260000000000\ninch s="fine",v=4 1704067380000000000\n');
  t.strictSame(
    bad.map(([line]) => line),
    [2, 4],
  );
});

t.test('an empty line is an empty cell of the only column, else no row', async (t) => {
  const dir = t.testdir({ 'one.csv': '\nv\n1\n\n3\n', 'two.csv': 'v,w\n1,1\n\n3,3\n' });
  const clock = { start: '1970-01-01', every: '1s' };
  const one = await read(join(dir, 'one.csv'), clock);
  t.strictSame(one, { text: 'one v=1 0\none v=3 2000000000\n', bad: [] });
  const two = await read(join(dir, 'two.csv'), clock);
  t.strictSame(two, { text: 'two v=1,w=1 0\ntwo v=3,w=3 1000000000\n', bad: [] });
});
