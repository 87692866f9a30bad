import t from 'tap';
import { kindOf, valueText } from '../../src/csv/cell.ts';
import { readCsvOptions } from '../../src/csv/options.ts';

t.test('a number unless said otherwise', async (t) => {
  const options = readCsvOptions({ integer: ['bytes'], string: ['state'] });
  t.strictSame(
    ['bytes', 'state', 'load'].map((name) => kindOf(name, options)),
    ['integer', 'string', 'float'],
  );
});

t.test('numbers keep their digits, where line protocol can say them', async (t) => {
  const float = (cell: string) => valueText('v', 'float', cell);
  for (const text of ['1', '-0.50', '1e-7', '0.12345678901234567890']) t.equal(float(text), text);
  t.strictSame(['+1.5', '.5', '5.', ' 7 '].map(float), ['1.5', '0.5', '5', '7']);
  t.strictSame(['', ' ', 'NaN', 'null', 'None', 'NA', 'n/a'].map(float), ['', '', '', '', '', '', '']);
  for (const text of ['up', '1e999', 'Infinity', '0x10', '1,5'])
    t.throws(() => float(text), { message: /^"[^"]+" in the column v is no number; / }, text);
});

t.test('whole numbers of 64 bits', async (t) => {
  const integer = (cell: string) => valueText('v', 'integer', cell);
  t.equal(integer('9223372036854775807'), '9223372036854775807i');
  t.equal(integer('-9223372036854775808'), '-9223372036854775808i');
  t.equal(integer('nan'), '');
  for (const text of ['9223372036854775808', '1.0', '1e3'])
    t.throws(() => integer(text), { message: /whole number of 64 bits; --string, --tag or --drop v/ }, text);
});

t.test('texts as they are', async (t) => {
  t.equal(valueText('v', 'string', ' a "b" \\ '), '" a \\"b\\" \\\\ "');
  t.equal(valueText('v', 'string', ''), '');
  t.equal(valueText('v', 'string', 'null'), '"null"');
});
