import fc from 'fast-check';
import t from 'tap';
import { Batch } from '../src/batch.ts';
import { parse } from '../src/parse.ts';
import { Reader } from '../src/read.ts';
import { point } from './support/arbitrary.ts';
import { escapeKey, escapeName, parsed, serialize } from './support/points.ts';

t.test('a point without a time happens now', async (t) => {
  const before = BigInt(Date.now()) * 1_000_000n;
  const { points } = parsed('m a=1\nm a=1 \n');
  const after = BigInt(Date.now()) * 1_000_000n;
  t.equal(points.length, 2);
  for (const { time } of points) t.ok(time >= before && time <= after);
});

t.test('only numbers are watched; points without one have no column but are counted', async (t) => {
  const { points, batch } = parsed('m s="x",a=1,b=true,c=F,d=2i 1\nm b=t 1\nm s="" 1\n');
  t.same(points[0]?.fields, [['a', 1], ['d', 2]]); // biome-ignore format: pairs
  t.same([points.length, batch.lines, batch.malformed], [1, 3, 0]);
});

t.test('strings may hold newlines, quotes, and lines that look like points', async (t) => {
  const { points, batch, tail } = parsed('log msg="a\nfake value=9 9\n\\"b\\\\",n=1 5\nm a=2 6\n');
  t.same(
    points.map(({ key, fields }) => [key, fields]),
    [['log', [['n', 1]]], ['m', [['a', 2]]]], // biome-ignore format: pairs
  );
  t.same([batch.lines, batch.malformed, tail], [2, 0, '']);
});

t.test('a quote outside of a value is an ordinary byte', async (t) => {
  const { points, batch } = parsed('m,size=5"disk,q="a" v"x=1 1\nm a=2 2\n');
  t.same([points.length, batch.malformed], [2, 0]);
  t.equal(points[0]?.key, 'm,size=5"disk,q="a"');
});

t.test('escapes belong to the names', async (t) => {
  const { points } = parsed('my\\ m\\,x,a\\=b=c\\ d\\,e f\\ g\\=h=1,C\\\\:=2 1\nm,p=C:\\dir a=1 2\n');
  t.same(points[0]?.key, 'my\\ m\\,x,a\\=b=c\\ d\\,e');
  t.same(points[0]?.fields, [['f\\ g\\=h', 1], ['C\\\\:', 2]]); // biome-ignore format: pairs
  t.equal(points[1]?.key, 'm,p=C:\\dir');
});

t.test('the hash of a tag set does not depend on the block it comes in', async (t) => {
  for (const key of ['m', 'ab', 'abc', 'abcd', 'abcde', 'cpu,host=a', 'm,t=温', 'm,t=\x01x']) {
    const plain = parsed(`${key} a=1 1\n`).batch.keyHash[0];
    const quoted = parsed(`${key} a=1,s="x" 1\n`).batch.keyHash[0];
    t.equal(plain, quoted, key);
  }
});

t.test('blank lines, comments, carriage returns and stray blanks are accepted', async (t) => {
  const { points, batch } = parsed('\n  \n# a comment with a="\n\r\nm a=1 1\r\n  m a=2  2 \t\nm   a=3 3\n');
  t.same([points.length, batch.malformed], [3, 0]);
  t.same(points.map(({ time }) => time), [1n, 2n, 3n]); // biome-ignore format: short
});

t.test('lines that are no points are counted and passed over', async (t) => {
  const bad = ['m', 'm ', 'm a', 'm a=', 'm a=x 1', 'm =1 1', 'm a=1, 1', 'm a=1 b', 'm a=1 1 1', 'm a=1x 1'];
  bad.push(
    'm a=-',
    'm a=. 1',
    'm a=1e 1',
    'm a=1.5i 1',
    'm a=truth 1',
    'm a=1,b 1',
    'm a=NaN 1',
    'm a=+1 1',
    ' ,',
    '\0\0',
  );
  for (const line of bad) {
    for (const suffix of ['', ' "quoted"']) {
      const { points, batch } = parsed(`m a=1 1\n${line}${suffix}\nm a=2 2\n`);
      t.same([points.length, batch.malformed], [2, 1], JSON.stringify(line + suffix));
    }
  }
  const { batch } = parsed('m a=1 1\nbad one\nworse\n');
  t.equal(batch.block?.bytes.toString('utf8', batch.malformedStart, batch.malformedEnd), 'bad one');
});

t.test('what has no end yet waits', async (t) => {
  for (const tail of [
    'm',
    'm,a=b',
    'm a',
    'm a=',
    'm a=1',
    'm a=1 123',
    'm s="open\nm a=2 2\n',
    'm a=x',
    '# half',
    ' ',
  ]) {
    const { points, tail: left } = parsed(`m a=1 1\n${tail}`);
    t.same([points.length, left], [1, tail], JSON.stringify(tail));
  }
});

t.test('when no more will come, a string that is never closed ends with its line', async (t) => {
  const { points, batch, tail } = parsed('m s="open\nm a=2 2\nm a=3', true);
  t.same([points.length, batch.malformed, tail], [1, 1, 'm a=3']);
});

t.test('any point that Telegraf can write parses to the same fields', async () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 5 }), (points) => {
      const { points: read, batch, tail } = parsed(points.map(serialize).join(''));
      const watched = points
        .map(({ measurement, tags, fields, time }) => ({
          key: escapeName(measurement) + tags.map(([k, v]) => `,${escapeKey(k)}=${escapeKey(v)}`).join(''),
          fields: fields
            .filter(([, { type }]) => type === 'float' || type === 'int' || type === 'uint')
            .map(([key, { value }]) => [escapeKey(key), Number(value)]),
          time,
        }))
        .filter(({ fields }) => fields.length > 0);
      const got = read.map(({ key, fields, time }) => ({ key, fields, time }));
      if (tail !== '' || batch.malformed > 0 || batch.lines !== points.length) return false;
      return isSame(got, watched);
    }),
    { numRuns: 2000 },
  );
});

/** Deep equality that tells −0 from 0. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((x, i) => isSame(x, b[i]));
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    return Object.entries(a).every(([key, x]) => isSame(x, (b as Record<string, unknown>)[key]));
  }
  return Object.is(a, b);
}

t.test('any bytes at all are parsed without an error, and whole lines are taken', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const noise = fc
    .array(fc.constantFrom(...'m a=1,"\\\n#t.-ie'), { maxLength: 200 })
    .map((all) => Buffer.from(all.join('')));
  fc.assert(
    fc.property(fc.oneof(bytes, noise), fc.boolean(), (input, last) => {
      const { batch } = parsed(input, last);
      return batch.end <= input.length && (batch.end === 0 || input[batch.end - 1] === 10);
    }),
    { numRuns: 5000 },
  );
});

t.test('a line that comes in many chunks is not parsed again with each', async (t) => {
  // 8 MB in 1,000 chunks took minutes when each of them was a reason to begin anew.
  const reader = new Reader();
  const batch = new Batch();
  const text = 'with "quotes" \\ and\nnewlines '.repeat(300).replace(/["\\]/g, '\\$&');
  const add = (chunk: string) => {
    const block = reader.add(Buffer.from(chunk));
    parse(batch, block);
    reader.consume(batch.end);
    return block;
  };
  add('m a=1 1\nm s="');
  t.same([batch.points, batch.openString], [1, 5]);
  for (let i = 0; i < 1000; i++) add(text);
  t.same([batch.points, batch.end], [0, 0]);
  add('and a backslash\\');
  add('" hides the quote');
  t.equal(batch.points, 0);
  add('",b="the next');
  add('" 2');
  t.equal(batch.points, 0);
  add('\nm a=3 3\nm s="');
  t.same([batch.points, batch.lines, batch.openString], [1, 2, 5]);
  add('"');
  add(' 4\n');
  t.same([batch.lines, batch.openString], [1, -1], 'a newline alone ends it');
});

t.test('white space other than a space ends no tag set: such a line is left alone', async (t) => {
  for (const blank of ['\t', '\x0b', '\f', '\r']) {
    for (const line of [`m${blank} w=1 1`, `m,t=a${blank} w=1 1`, `m${blank} w=1,s="x" 1`]) {
      t.equal(parsed(`${line}\n`).batch.malformed, 1, JSON.stringify(line));
    }
  }
});
