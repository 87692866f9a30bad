import t from 'tap';
import { escaped, firstTwice, refuseNames } from '../../src/csv/names.ts';

t.test('escaped as line protocol wants it', async (t) => {
  t.equal(escaped('a b,c=d'), 'a\\ b\\,c\\=d');
  t.equal(escaped('a b,c=d', /[, ]/g), 'a\\ b\\,c=d');
});

t.test('the first name that is there again', async (t) => {
  t.equal(firstTwice(['a', 'b', 'c', 'b', 'a']), 'b');
  t.equal(firstTwice(['a', '', 'A']), undefined);
});

t.test('what would be no line protocol, or another point', async (t) => {
  t.doesNotThrow(() => refuseNames('m', ['host'], ['a b'], ['load, 1m']));
  for (const measurement of ['', '# m', 'a\nb', 'a\\'])
    t.throws(() => refuseNames(measurement, [], [], ['v']), { code: 'CSV_MEASUREMENT' }, measurement);
  t.throws(() => refuseNames('m', ['v'], [], ['v']), { code: 'CSV_SAME_TAG' });
  t.throws(() => refuseNames('m', ['a', 'a'], [], ['v']), { code: 'CSV_SAME_TAG' });
  t.throws(() => refuseNames('m', [], [], ['time']), { code: 'CSV_NAME', message: /named time/ });
  t.throws(() => refuseNames('m', ['a\\'], [], ['v']), { code: 'CSV_NAME' });
  t.throws(() => refuseNames('m', ['a'], ['b\\'], ['v']), { code: 'CSV_NAME' });
  t.throws(() => refuseNames('m', ['a'], [], ['v\r']), { code: 'CSV_NAME' });
});
