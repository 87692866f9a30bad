import t from 'tap';
import { parseTagSet, unescapeName, withoutTags } from '../src/tagset.ts';

const parse = (text: string) => {
  const { measurement, tags } = parseTagSet(Buffer.from(text));
  return [measurement, Object.fromEntries(tags)];
};

t.test('measurement and tags, unescaped', async (t) => {
  t.same(parse('cpu'), ['cpu', {}]);
  t.same(parse('cpu,host=a,region=eu'), ['cpu', { host: 'a', region: 'eu' }]);
  t.same(parse('my\\ cpu\\,x,a\\=b=c\\ d\\,e'), ['my cpu,x', { 'a=b': 'c d,e' }]);
  t.same(
    parse('m,path=C:\\dir\\\\,x=1'),
    ['m', { path: 'C:\\dir\\,x=1' }],
    'a backslash hides only what it can hide',
  );
  t.same(parse('m,a=1=2,b'), ['m', { a: '1=2', b: '' }]);
  t.same(parse('m,town=Köln'), ['m', { town: 'Köln' }]);
  t.equal(unescapeName('a\\b\\ c'), 'a\\b c');
});

t.test('tags can be taken out, and all other bytes stay', async (t) => {
  const names = new Set(['anomaly', 'b']);
  const without = (bytes: Buffer) => withoutTags(bytes, names).toString('latin1');
  t.equal(without(Buffer.from('m,anomaly=x,host=a')), 'm,host=a');
  t.equal(without(Buffer.from('m,a=1,anomaly=x')), 'm,a=1');
  t.equal(without(Buffer.from('b,a=\\,b\\=1,b=2')), 'b,a=\\,b\\=1');
  const odd = Buffer.from('m\xff,anomaly=1,z=\xfe', 'latin1');
  t.equal(without(odd), 'm\xff,z=\xfe');
  const untouched = Buffer.from('m,anomaly_x=1');
  t.equal(withoutTags(untouched, names), untouched);
});

t.test('names of any script are taken out', async (t) => {
  t.equal(withoutTags(Buffer.from('m,änom=1,ort=Köln'), new Set(['änom'])).toString(), 'm,ort=Köln');
});
