import { join } from 'node:path';
import t from 'tap';
import { readCsvOptions } from '../../src/csv/options.ts';
import { Files } from '../../src/replay/files.ts';

t.test('several files are one stream, in the order given', async (t) => {
  const dir = t.testdir({ b: 'b v=1 1\nb v=2 2', 'a.csv': 'time,v\n3,3', empty: '', c: 'c v=4 4' });
  const names = ['b', 'a.csv', 'empty', 'c'].map((name) => join(dir, name));
  const files = new Files(names, readCsvOptions({}), () => t.fail('no bad row'));
  t.equal(files.share, 0);
  let text = '';
  for await (const chunk of files.chunks()) text += Buffer.from(chunk);
  t.equal(text, 'b v=1 1\nb v=2 2\na v=3 3000000000\nc v=4 4');
  t.equal(files.share, 1);
});

t.test('a file that is away is refused before anything is read', async (t) => {
  const dir = t.testdir({ a: 'a v=1 1\n' });
  t.throws(() => new Files([join(dir, 'a'), join(dir, 'b')], readCsvOptions({}), () => {}), {
    code: 'FILE_UNREADABLE',
  });
});
