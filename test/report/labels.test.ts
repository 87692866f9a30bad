import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readLabels, windowsOf } from '../../src/report/labels.ts';
import { Recording } from '../../src/report/recording.ts';

const series = (tagSet: string, field: string) => new Recording(tagSet, field, 'zscore', field);

function labels(t: Test, text: string) {
  return readLabels(join(t.testdir({ file: text }), 'file'));
}

t.test("NAB's windows, by the file's name", async (t) => {
  const found = labels(
    t,
    '{"realKnownCause/taxi.csv": [["2014-10-30 15:30:00.000000", "2014-11-03 22:30:00.000000"]], "b.csv": []}',
  );
  t.strictSame(windowsOf(found, series('taxi', 'value')), [[1414683000, 1415053800]]);
  t.strictSame(windowsOf(found, series('taxi,host=a', 'value')).length, 1);
  t.strictSame(windowsOf(found, series('b', 'value')), []);
});

t.test('csv, by measurement, tag set, series, or for all', async (t) => {
  const found = labels(
    t,
    'series,start,end\nm,1,2\n"m,host=a",3,4\n"m,host=a v",5,6\n*,2024-01-01,2024-01-02T00:00:00Z\n',
  );
  const all = [1704067200, 1704153600];
  t.strictSame(windowsOf(found, series('m,host=a', 'v')), [[1, 2], [3, 4], [5, 6], all]);
  t.strictSame(windowsOf(found, series('m,host=a', 'w')), [[1, 2], [3, 4], all]);
  t.strictSame(windowsOf(found, series('n', 'v')), [all]);
  t.strictSame(windowsOf(labels(t, 'start,end\n1,2\n'), series('n', 'v')), [[1, 2]]);
});

t.test('a name is drawn on no other series', async (t) => {
  const others: [name: string, tagSet: string][] = [
    ['mem,host=web.example.com', 'mem,host=web'],
    ['mem,host=web.csv', 'mem,host=web'],
    ['disk,path=/var/log', 'log'],
    ['disk,path=/var/log.csv', 'log'],
    ['http.requests', 'http'],
    ['a', 'a\\,b,host=x'],
  ];
  for (const [name, tagSet] of others) {
    const found = labels(t, JSON.stringify({ [name]: [['1', '2']] }));
    t.strictSame(windowsOf(found, series(tagSet, 'v')), [], `${name} is not ${tagSet}`);
  }
});

t.test('a measurement with a comma or a blank has a name, too', async (t) => {
  const found = labels(t, '{"a\\\\,b": [["1", "2"]], "x/nyc taxi.csv.gz": [["3", "4"]]}');
  t.strictSame(windowsOf(found, series('a\\,b,host=x', 'v')), [[1, 2]]);
  t.strictSame(windowsOf(found, series('nyc\\ taxi,host=x', 'v')), [[3, 4]]);
});

t.test('what is wrong is refused', async (t) => {
  const wrong = [
    '{',
    '{"a": 1}',
    '{"a": [["1"]]}',
    'series,from,to\na,1,2\n',
    'series,start,end\na,noon,2\n',
    'a,"',
  ];
  for (const text of wrong) t.throws(() => labels(t, text), { code: 'REPORT_LABELS' }, text);
  t.throws(() => labels(t, 'series,start,end\na,1,2\n\na,noon,2\n'), {
    message: /line 4: "noon" is no time/,
  });
  t.throws(() => labels(t, '{"a": [["noon", "2"]]}'), { message: /a: "noon" is no time/ });
  t.throws(() => labels(t, 'series,start,end\na,1,1\na,2,1\n'), {
    code: 'REPORT_LABELS',
    message: /line 3: .*"1", before its start "2"/,
  });
  t.throws(() => readLabels('/nowhere'), { code: 'REPORT_LABELS' });
});
