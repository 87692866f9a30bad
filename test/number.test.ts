import t from 'tap';
import { parsed } from './support/points.ts';

const one = (line: string) => parsed(`${line}\n`).points[0];

t.test('numbers of every kind', async (t) => {
  const values: [string, number][] = [
    ['1', 1],
    ['-0', -0],
    ['0.1', 0.1],
    ['.5', 0.5],
    ['5.', 5],
    ['93.1234', 93.1234],
    ['10.050251256281406', 10.050251256281406],
    ['0.30000000000000004', 0.1 + 0.2],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['0.00000000000000000001', 1e-20],
    ['1e5', 1e5],
    ['1.5E-3', 1.5e-3],
    ['1e+21', 1e21],
    [`1${'0'.repeat(300)}`, 1e300],
    [`0.${'0'.repeat(323)}5`, 5e-324],
    ['5i', 5],
    ['-5i', -5],
    ['9223372036854775807i', 2 ** 63],
    ['9007199254740993i', 2 ** 53],
    ['18446744073709551615u', 2 ** 64],
  ];
  for (const [text, value] of values) t.same(one(`m a=${text} 1`)?.fields, [['a', value]], text);
});

t.test('a time is an exact int64', async (t) => {
  const times = [
    '0',
    '1',
    '-1',
    '999999999',
    '1000000000',
    '1700000000123456789',
    '4294967296',
    '4294967295',
  ];
  times.push(
    '9223372036854775807',
    '-9223372036854775807',
    '-9223372036854775808',
    '-4294967296',
    '-1700000000123456789',
  );
  for (const time of times) t.equal(one(`m a=1 ${time}`)?.time, BigInt(time), time);
  t.equal(parsed('m a=1 9223372036854775808\n').batch.malformed, 1, 'beyond int64');
  t.equal(parsed('m a=1 12345678901234567890\n').batch.malformed, 1, 'too many digits');
  t.equal(parsed(`m a=1 1700000000123456789\n`).batch.seconds[0], 1700000000.1234567);
});

t.test('a number beyond the largest double is none', async (t) => {
  for (const text of ['1e400', '-1e400', `1${'0'.repeat(400)}`]) {
    t.equal(parsed(`m a=${text} 1\n`).batch.malformed, 1, text);
  }
  t.same(one('m a=1.7976931348623157e308 1')?.fields, [['a', Number.MAX_VALUE]]);
});
