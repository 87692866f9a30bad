import t from 'tap';
import { escapeKey, escapeName, fieldText } from '../../src/influxdb/escape.ts';

t.test('names as Telegraf writes them', async (t) => {
  t.equal(escapeName('a b,c=d'), 'a\\ b\\,c=d');
  t.equal(escapeKey('a b,c=d'), 'a\\ b\\,c\\=d');
  t.equal(escapeKey('a\tb\nc\rd\fe'), 'a\\tb\\nc\\rd\\fe');
  t.equal(escapeKey('C:\\dir\\x'), 'C:\\dir\\x');
  t.equal(escapeKey('C:\\dir\\\\'), 'C:\\dir');
});

t.test('values by their type, digit by digit', async (t) => {
  t.equal(fieldText('9223372036854775807', 'long'), '9223372036854775807i');
  t.equal(fieldText('18446744073709551615', 'unsignedLong'), '18446744073709551615u');
  t.equal(fieldText('0.1', 'double'), '0.1');
  t.equal(fieldText('true', 'boolean'), 'true');
  t.equal(fieldText('a "b" \\ c\r\nd', 'string'), '"a \\"b\\" \\\\ c\nd"');
});
