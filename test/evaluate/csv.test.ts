import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { readCsv } from '../../src/evaluate/csv.ts';

function file(t: Test, content: string | Buffer, name = 'a.csv'): string {
  return join(t.testdir({ [name]: content }), name);
}

t.test('columns by their names', async (t) => {
  const csv = readCsv(file(t, 'a, b\r\n1,2\r\n,4\r\n'));
  t.same(csv.column('a'), ['1', '']);
  t.same(csv.column('b'), ['2', '4']);
  t.equal(csv.has('a'), true);
  t.equal(csv.has('c'), false);
  t.throws(() => csv.column('c'), { code: 'EVALUATE_CSV', message: /no column "c" among a, b/ });
});

t.test('packed by gzip', async (t) => {
  t.same(readCsv(file(t, gzipSync('a\n1\n'), 'a.csv.gz')).column('a'), ['1']);
  t.throws(() => readCsv(file(t, 'a\n1\n', 'b.csv.gz')), { code: 'EVALUATE_UNREADABLE' });
});

t.test('a header alone', async (t) => {
  t.same(readCsv(file(t, 'a,b\n')).column('b'), []);
});

t.test('rows of another length are refused with their line', async (t) => {
  t.throws(() => readCsv(file(t, 'a,b\n1,2\n1\n')), { code: 'EVALUATE_CSV', message: /a\.csv:3: 1 columns/ });
});

t.test('a file that is not there', async (t) => {
  t.throws(() => readCsv(join(t.testdir({}), 'a.csv')), { code: 'EVALUATE_UNREADABLE', message: /a\.csv/ });
});
