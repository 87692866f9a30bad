import fc from 'fast-check';
import t from 'tap';
import { type CsvRecord, Records } from '../../src/csv/records.ts';

function read(portions: readonly string[], delimiter = ','): CsvRecord[] {
  const records = new Records(delimiter);
  return [...portions.flatMap((portion) => [...records.add(portion)]), ...records.end()];
}

t.test('lines, with their numbers; empty ones have no cells', async (t) => {
  t.strictSame(read(['a,b\r\n1,2\n\n3,', '4\n5,6']), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['1', '2'] },
    { line: 3, cells: [] },
    { line: 4, cells: ['3', '4'] },
    { line: 5, cells: ['5', '6'] },
  ]);
  t.strictSame(read(['a;b,c\n'], ';'), [{ line: 1, cells: ['a', 'b,c'] }]);
});

t.test('quotes hide delimiters, line breaks and quotes', async (t) => {
  t.strictSame(read(['1,"x,y"\n2,"two\nlines, ""so"""\n3,z\n']), [
    { line: 1, cells: ['1', 'x,y'] },
    { line: 2, cells: ['2', 'two\nlines, "so"'] },
    { line: 4, cells: ['3', 'z'] },
  ]);
});

t.test('a bad quote costs its own line', async (t) => {
  const lines = Array.from({ length: 300 }, (_, i) => `${i},1`);
  lines[10] = '10,"1';
  lines[20] = '20,b"c"';
  const found = read([lines.join('\n')]);
  t.equal(found.length, 300);
  t.match(found[10], { line: 11, cells: undefined, reason: 'a quote is never closed' });
  t.match(found[20], { line: 21, cells: undefined, reason: 'a quote is within a cell that is not quoted' });
  t.equal(found.filter(({ cells }) => cells?.length === 2).length, 298);
  t.match(read(['1,"2']), [{ line: 1, cells: undefined }]);
});

t.test('a quote that a later one only seems to close costs its own line too', async (t) => {
  t.match(read(['s,v\n5" disk,1\nok,2\n7" disk,3\nfine,4\n']), [
    { line: 1, cells: ['s', 'v'] },
    { line: 2, cells: undefined },
    { line: 3, cells: ['ok', '2'] },
    { line: 4, cells: undefined },
    { line: 5, cells: ['fine', '4'] },
  ]);
  t.match(read(['time,v\n1,"2\n3,4\n5,"6"\n7,8"9\n']), [
    { line: 1, cells: ['time', 'v'] },
    { line: 2, cells: undefined },
    { line: 3, cells: ['3', '4'] },
    { line: 4, cells: ['5', '6'] },
    { line: 5, cells: undefined },
  ]);
});

const MIB = 2 ** 20;
const isTooLong = { cells: undefined, reason: 'a row of more than 16 MiB' };

t.test('a line without an end is one bad row, and reading goes on behind it', async (t) => {
  const long = 'x'.repeat(16 * MIB + 1);
  const small = 'x'.repeat(1024);
  // In small portions: a line that were searched again with each of them would take hours.
  const portions = Array.from({ length: 40 * 1024 }, () => small);
  t.match(read(['a\n', ...portions, '\nb,1\n']), [
    { line: 1, cells: ['a'] },
    { line: 2, ...isTooLong },
    { line: 3, cells: ['b', '1'] },
  ]);
  t.match(read([`${long}\nb`]), [
    { line: 1, ...isTooLong },
    { line: 2, cells: ['b'] },
  ]);
  t.match(read([long]), [{ line: 1, ...isTooLong }]);
  t.equal(read([`${long.slice(1)}\n`])[0]?.cells?.[0]?.length, 16 * MIB, 'what is just not too long');
});

t.test('a quote is not open for ever', async (t) => {
  const half = 'x'.repeat(9 * MIB);
  t.match(read([`a\n"b\nc\n"${half}${half}"\nd\n`]), [
    { line: 1, cells: ['a'] },
    { line: 2, cells: undefined, reason: 'a quote is never closed' },
    { line: 3, cells: ['c'] },
    { line: 4, ...isTooLong },
    { line: 5, cells: ['d'] },
  ]);
  t.match(read([`"${half}\n${half}"\nb\n`]), [
    { line: 1, cells: undefined, reason: 'a quote is never closed' },
    { line: 2, cells: undefined, reason: 'a quote is never closed' },
    { line: 3, cells: ['b'] },
  ]);
});

t.test('portions do not matter', async (t) => {
  const piece = fc.constantFrom('a', ',', '"', '\n', '\r\n', '1,2\n', '"b"');
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 5 })), (pieces, sizes) => {
      const text = pieces.join('');
      const portions: string[] = [];
      let at = 0;
      for (const size of sizes) {
        portions.push(text.slice(at, at + size));
        at += size;
      }
      t.strictSame(read([...portions, text.slice(at)]), read([text]));
    }),
  );
});
