import t from 'tap';
import { nanosecondsOf, type Precision, precisionOf } from '../../src/csv/time.ts';

t.test('what is a time, to the nanosecond', async (t) => {
  const cases: [text: string, precision: Precision, time: bigint | undefined][] = [
    ['2024-01-01T00:00:00Z', 's', 1704067200000000000n],
    ['2024-01-01 00:00:00', 's', 1704067200000000000n],
    ['2024-01-01', 's', 1704067200000000000n],
    ['2024-01-01T02:00:00.123456789+02:00', 's', 1704067200123456789n],
    ['2024-01-01T02:00+0200', 's', 1704067200000000000n],
    ['1969-12-31T23:59:59.5Z', 's', -500000000n],
    ['1704067200', 's', 1704067200000000000n],
    ['1704067200.5', 's', 1704067200500000000n],
    ['-1.5', 's', -1500000000n],
    ['1704067200001', 'ms', 1704067200001000000n],
    ['1704067200000001', 'us', 1704067200000001000n],
    ['1704067200000000001', 'ns', 1704067200000000001n],
    ['1.0000000019', 's', 1000000001n],
    ['1704067200000000001', 's', undefined],
    ['2024-13-01', 's', undefined],
    ['noon', 's', undefined],
    ['', 's', undefined],
    ['1e9', 's', undefined],
  ];
  for (const [text, precision, time] of cases) t.equal(nanosecondsOf(text, precision), time, text);
});

t.test('the precision that makes a time of a number', async (t) => {
  t.equal(precisionOf('1704067200123'), 'ms');
  t.equal(precisionOf('1704067200123456'), 'us');
  t.equal(precisionOf('1704067200123456789'), 'ns');
  for (const text of ['1704067200', 'noon', '', '2024-02-30', '99999999999999999999'])
    t.equal(precisionOf(text), undefined, text);
});
