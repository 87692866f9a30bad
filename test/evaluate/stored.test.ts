import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import type { Series } from '../../src/evaluate/corpus.ts';
import { readStored } from '../../src/evaluate/stored.ts';

const series = (name: string, rows: number): Series => ({
  name,
  seconds: new Float64Array(rows),
  values: new Float64Array(rows),
  windows: [],
});
const corpus = [series('a/x.csv', 2), series('y.csv', 1)];
const HEADER = 'file,row,anomaly_score\n';

function read(t: Test, rows: string) {
  return () =>
    readStored(join(t.testdir({ 'theirs.csv.gz': gzipSync(HEADER + rows) }), 'theirs.csv.gz'), corpus);
}

t.test('scores by series and row, in any order', async (t) => {
  const { name, strangeness } = read(t, 'y.csv,0,0\na/x.csv,1,0.5\nother.csv,0,9\na/x.csv,0,1e-3\n')();
  t.equal(name, 'theirs');
  t.same(
    strangeness.map((stream) => [...stream]),
    [[0.001, 0.5], [0]],
  );
});

t.test('every row has one score', async (t) => {
  const refused = { code: 'EVALUATE_STORED' };
  t.throws(read(t, 'y.csv,0,1\na/x.csv,0,1\n'), { ...refused, message: /no score for row 1 of a\/x\.csv/ });
  t.throws(read(t, 'y.csv,0,1\ny.csv,0,1\n'), { ...refused, message: /csv\.gz:3: / }, 'twice');
  const whole = 'a/x.csv,0,1\na/x.csv,1,1\n';
  t.ok(read(t, `${whole}y.csv,0,1\n`)());
  for (const row of ['1', '-1', 'x', '0.5'])
    t.throws(read(t, `${whole}y.csv,${row},1\n`), refused, `row ${row}`);
  for (const score of ['', 'x', '-1', 'NaN', '1e999'])
    t.throws(read(t, `${whole}y.csv,0,${score}\n`), refused, `score ${score}`);
});
