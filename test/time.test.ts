import fc from 'fast-check';
import t from 'tap';
import { timeOf, timeText } from '../src/time.ts';

t.test('any time, to the nanosecond', async (t) => {
  t.equal(timeText(0n), '1970-01-01T00:00:00Z');
  t.equal(timeText(-1n), '1969-12-31T23:59:59.999999999Z');
  t.equal(timeText(1_700_000_000_000_000_010n), '2023-11-14T22:13:20.00000001Z');
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanoseconds) => {
      const [, second, digits = ''] = /^([-\d]+T[\d:]+)(?:\.(\d{1,9}))?Z$/.exec(timeText(nanoseconds))!;
      const whole = BigInt(Date.parse(`${second}Z`)) * 1_000_000n;
      return whole + BigInt(digits.padEnd(9, '0')) === nanoseconds && !digits.endsWith('0');
    }),
    { examples: [[-(2n ** 63n)], [2n ** 63n - 1n]] },
  );
});

t.test('what is written is read', async () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (nanoseconds) => timeOf(timeText(nanoseconds)) === nanoseconds,
    ),
    { examples: [[-1n], [-(2n ** 63n)], [2n ** 63n - 1n]] },
  );
});

t.test('times as people and InfluxDB write them', async (t) => {
  const second = 1_700_000_000n * 1_000_000_000n;
  const cases: [text: string, nanoseconds: bigint][] = [
    ['2023-11-14T22:13:20Z', second],
    ['2023-11-14t22:13:20.5z', second + 500_000_000n],
    ['2023-11-14 23:13:20.000000001+01:00', second + 1n],
    ['2023-11-14T22:13:20', second],
    ['2023-11-14', second - 80_000n * 1_000_000_000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['2024-02-29', 1_709_164_800n * 1_000_000_000n],
    ['2024-02-29T00:30:00+01:00', 1_709_163_000n * 1_000_000_000n],
  ];
  for (const [text, nanoseconds] of cases) t.equal(timeOf(text), nanoseconds, text);
  const wrong = [
    '',
    '2023',
    '2023-13-14',
    '2023-11-14T25:00:00Z',
    '2024-02-30',
    '2023-02-29T00:00:00Z',
    '2023-11-31',
    '2023-11-00',
    'now',
    '1700000000',
  ];
  for (const text of wrong) t.equal(timeOf(text), undefined, text);
});
