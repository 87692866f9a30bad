import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readCorpus, secondsOf } from '../../src/evaluate/corpus.ts';

t.test('times', async (t) => {
  const cases: [text: string, seconds: number][] = [
    ['1970-01-01 00:01:00', 60],
    ['1970-01-01 00:00:00.500000', 0.5],
    ['1970-01-01T00:01:00Z', 60],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1970-01-02', 86_400],
    ['1476460800', 1_476_460_800],
    ['-1.5', -1.5],
    ['yesterday', Number.NaN],
    ['', Number.NaN],
  ];
  for (const [text, seconds] of cases) t.ok(Object.is(secondsOf(text), seconds), text);
});

t.test('the layout of NAB', async (t) => {
  const path = t.testdir({
    data: {
      a: { 'x.csv': 'timestamp,value\n1,10\n2,\n3,30\n4,40\n5,50\n' },
      b: { 'y.csv': 'timestamp,value\n1,1\n' },
    },
    labels: {
      'combined_windows.json': JSON.stringify({
        'a/x.csv': [
          ['1970-01-01 00:00:04', '1970-01-01 00:00:09.000000'],
          ['1970-01-01 00:00:01.5', '1970-01-01 00:00:03'],
          ['1980-01-01 00:00:00', '1980-01-02 00:00:00'],
        ],
        'b/y.csv': [],
        'c/not-here.csv': [],
      }),
    },
  });
  const [x, y, ...rest] = readCorpus(path);
  t.same(rest, []);
  t.equal(x!.name, 'a/x.csv');
  t.same([...x!.seconds], [1, 2, 3, 4, 5]);
  t.same([...x!.values], [10, Number.NaN, 30, 40, 50]);
  t.same(
    x!.windows,
    [
      { first: 1, last: 2 },
      { first: 3, last: 4 },
    ],
    'in order, ends included; one that holds no row is none',
  );
  t.match(y, { name: 'b/y.csv', windows: [] });
});

t.test('every series of NAB has its labels', async (t) => {
  const path = t.testdir({
    data: { 'x.csv': 'timestamp,value\n1,10\n' },
    labels: { 'combined_windows.json': '{}' },
  });
  t.throws(() => readCorpus(path), { code: 'EVALUATE_LABELS', message: /x\.csv/ });
  for (const [labels, message] of [
    ['null', /list of pairs/],
    ['{"x.csv": [["2014-07-01 00:00:00"]]}', /x\.csv > 0/],
    ['{"x.csv": [["2014-07-01 00:00:00", "soon"]]}', /x\.csv > 0 > 1: is no time/],
    ['{"x.csv": {}}', /x\.csv: /],
  ] as const) {
    writeFileSync(join(path, 'labels/combined_windows.json'), labels);
    t.throws(() => readCorpus(path), { code: 'EVALUATE_LABELS', message }, labels);
  }
  const broken = t.testdir({ data: {}, labels: { 'combined_windows.json': '{' } });
  t.throws(() => readCorpus(broken), { code: 'EVALUATE_NO_DATA' }, 'no series at all');
});

t.test('csv with labels: each run is a window', async (t) => {
  const labels = ['1', '0', 'true', 'TRUE', '', 'false', '1'];
  const rows = labels.map((label, row) => `${row},${row * 10},${label}\n`);
  const path = t.testdir({
    'one.csv': `timestamp,value,label\n${rows.join('')}`,
    deep: { 'two.csv': 'label,value,timestamp\n0,1,5\n' },
    'notes.txt': 'no csv',
  });
  const windows = [
    { first: 0, last: 0 },
    { first: 2, last: 3 },
    { first: 6, last: 6 },
  ];
  t.match(readCorpus(path), [
    { name: 'deep/two.csv', windows: [] },
    { name: 'one.csv', windows },
  ]);
  t.match(readCorpus(join(path, 'one.csv')), [{ name: 'one.csv', windows }], 'one file alone');
});

t.test('what is wrong is told with its line', async (t) => {
  const refused = (text: string) => () => readCorpus(join(t.testdir({ 'a.csv': text }), 'a.csv'));
  t.throws(refused('timestamp,value,label\n1,1,0\nx,1,0\n'), {
    code: 'EVALUATE_CSV',
    message: /:3: "x" is no time/,
  });
  t.throws(refused('timestamp,value,label\n1767225600000,1,0\n'), {
    code: 'EVALUATE_CSV',
    message: /:2: "1767225600000" is no time; write .*seconds/,
  });
  t.throws(refused('timestamp,value,label\n1,1,constructor\n'), { code: 'EVALUATE_CSV' });
  t.throws(refused('timestamp,value,label\n1,1,maybe\n'), {
    code: 'EVALUATE_CSV',
    message: /:2: the label is "maybe"/,
  });
  t.throws(refused('timestamp,value,label\n1,high,0\n'), {
    code: 'EVALUATE_CSV',
    message: /:2: "high" is no number/,
  });
  t.throws(refused('timestamp,value\n1,1\n'), { code: 'EVALUATE_CSV', message: /"label"/ });
  t.throws(() => readCorpus(join(t.testdir({}), 'nowhere')), { code: 'EVALUATE_NO_DATA' });
  t.throws(() => readCorpus(t.testdir({})), { code: 'EVALUATE_NO_DATA' });
});
