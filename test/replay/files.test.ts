import { join } from 'node:path';
import t from 'tap';
import { readCsvOptions } from '../../src/csv/options.ts';
import { Files, type FilesOptions } from '../../src/replay/files.ts';

const OPTIONS: FilesOptions = { format: undefined, csv: readCsvOptions({}), onBadRow: () => {} };

async function textOf(files: Files): Promise<string> {
  let text = '';
  for await (const chunk of files.chunks()) text += Buffer.from(chunk);
  return text;
}

t.test('several files are one stream, in the order given', async (t) => {
  const dir = t.testdir({ b: 'b v=1 1\nb v=2 2', 'a.csv': 'time,v\n3,3', empty: '', c: 'c v=4 4' });
  const names = ['b', 'a.csv', 'empty', 'c'].map((name) => join(dir, name));
  const files = new Files(names, { ...OPTIONS, onBadRow: () => t.fail('no bad row') });
  t.equal(files.share, 0);
  t.equal(await textOf(files), 'b v=1 1\nb v=2 2\na v=3 3000000000\nc v=4 4');
  t.equal(files.share, 1);
});

t.test('a file that is away is refused before anything is read', async (t) => {
  const dir = t.testdir({ a: 'a v=1 1\n' });
  t.throws(() => new Files([join(dir, 'a'), join(dir, 'b')], OPTIONS), {
    code: 'FILE_UNREADABLE',
  });
});

t.test('a format that the name does not say', async (t) => {
  const dir = t.testdir({ 'a.txt': 'time,v\n1,2\n', 'b.csv': 'b v=1 1\n' });
  const csv = new Files([join(dir, 'a.txt')], { ...OPTIONS, format: 'csv' });
  t.equal(await textOf(csv), 'a v=2 1000000000\n');
  const influx = new Files([join(dir, 'b.csv')], { ...OPTIONS, format: 'influx' });
  t.equal(await textOf(influx), 'b v=1 1\n');
});
