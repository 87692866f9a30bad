import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import {
  type ArchivedRow,
  readCatalog,
  readFieldKeys,
  readRecords,
  readRows,
  recordsOf,
} from '../../src/state/archive.ts';
import { CATALOG_KEY, encodeText, FORMAT, fieldKeyKey, newCatalog } from '../../src/state/catalog.ts';
import { Cold } from '../../src/state/cold.ts';
import { pageKey, rowsPerPage, sealed, strideOf } from '../../src/state/page.ts';
import { encodeRecord, recordKey } from '../../src/state/record.ts';
import type { Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { testLog } from '../support/road.ts';
import { Shaky, shelf } from '../support/shaky.ts';

/** A file of LMDB's, whose values lie in one buffer that is used again and again. */
async function openFile(t: Test): Promise<Store> {
  const path = mkdtempSync(join(t.testdirName, 'store-'));
  return lmdb.open({ path, sync: false, readOnly: false });
}

const record = (tagSet: Uint8Array, row: number): [Uint8Array, Uint8Array] => {
  const key = recordKey(tagSet);
  return [key, encodeRecord(key, tagSet, [{ fieldKey: 0, isScore: false, rows: [7, row] }])];
};

async function put(store: Store, entries: readonly (readonly [Uint8Array, Uint8Array])[]): Promise<void> {
  await store.putMany(
    entries.map(([key]) => key),
    entries.map(([, value]) => value),
  );
}

t.test('the catalog comes back, and one of another format is refused', async (t) => {
  const store = shelf();
  t.equal(await finish(readCatalog(store)), undefined);
  const catalog = { ...newCatalog(), session: 3, tagSets: 9 };
  await put(store, [[CATALOG_KEY, encodeText(JSON.stringify(catalog))]]);
  t.strictSame(await finish(readCatalog(store)), catalog);
  for (const format of [FORMAT - 1, FORMAT + 1]) {
    await put(store, [[CATALOG_KEY, encodeText(JSON.stringify({ ...catalog, format }))]]);
    await t.rejects(async () => finish(readCatalog(store)), { code: 'STATE_FORMAT' });
  }
});

t.test(
  'field keys keep their bytes and their numbers, also beside one that is damaged or missing',
  async (t) => {
    const store = shelf();
    const texts = ['usage', Buffer.from([0xff, 0x00, 0xe9]).toString('latin1'), 'gone', 'damaged', 'last'];
    await put(
      store,
      texts.map((text, id) => [fieldKeyKey(id), encodeText(text)]),
    );
    await store.delete([fieldKeyKey(2)]);
    await put(store, [[fieldKeyKey(3), Buffer.from('damaged')]]);
    const found = await finish(readFieldKeys(store, { ...newCatalog(), fieldKeys: texts.length }));
    t.equal(found.length, texts.length);
    for (const id of [0, 1, 4]) t.equal(found[id]!.toString('latin1'), texts[id]);
    t.ok(
      [2, 3].every((id) => found[id]!.includes('\n')),
      'a name that no field has',
    );
    t.notOk(found[2]!.equals(found[3]!));
  },
);

t.test('records come in the order of their keys, each once, however many at a time', async (t) => {
  t.testdir();
  const tagSet = fc
    .tuple(fc.constantFrom('a', 'm,host=', 'x'.repeat(999), 'x'.repeat(1000)), fc.string({ minLength: 1 }))
    .map(([head, tail]) => Buffer.from(head + tail));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(tagSet, { selector: String, maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (tagSets, limit) => {
        const store = await openFile(t);
        await put(
          store,
          tagSets.map((tagSet, row) => record(tagSet, row)),
        );
        // What begins with another letter is none.
        await put(store, [
          [Buffer.from('s'), Buffer.from('s')],
          [Buffer.from('u'), Buffer.from('u')],
        ]);
        const found: [string, number][] = [];
        const keys: Uint8Array[] = [];
        for (let after: Uint8Array | undefined; ; ) {
          const records = await finish(readRecords(store, after, limit));
          if (records.length === 0) break;
          if (records.length > limit) return false;
          after = records.at(-1)!.key;
          for (const { key, tagSet, series } of records) {
            keys.push(key);
            found.push([tagSet!.toString(), series[0]!.rows[1]!]);
          }
        }
        await store.close();
        const expected = tagSets.map((tagSet, row) => [tagSet.toString(), row]);
        return (
          isDeepStrictEqual(found.sort(), expected.sort()) &&
          keys.every((key, i) => i === 0 || Buffer.compare(keys[i - 1]!, key) < 0)
        );
      },
    ),
    { numRuns: 40 },
  );
});

t.test('of a damaged record there is the key, and one that is not there is left out', async (t) => {
  const store = shelf();
  const names = ['a', 'b', 'c'].map((name) => Buffer.from(name));
  await put(
    store,
    names.map((name, row) => record(name, row)),
  );
  await put(store, [[recordKey(names[1]!), Buffer.from('nonsense')]]);
  const expected = [
    { key: recordKey(names[2]!), tagSet: names[2], series: [{ fieldKey: 0, isScore: false, rows: [7, 2] }] },
    { key: recordKey(names[1]!), tagSet: undefined, series: [] },
  ];
  const keys = [recordKey(names[2]!), recordKey(Buffer.from('never')), recordKey(names[1]!)];
  t.strictSame(await finish(recordsOf(store, keys)), expected);
  t.equal((await finish(readRecords(store, undefined, 9))).length, 3);
});

const WIDTHS = [1, 20, 600];

t.test('rows are those of their pages, which are read once', async (t) => {
  t.testdir();
  const name = fc.record({ number: fc.nat(WIDTHS.length - 1), row: fc.nat(60) });
  const page = fc.record({
    number: fc.nat(WIDTHS.length - 1),
    page: fc.nat(8),
    fill: fc.integer({ min: 1, max: 255 }),
    isDamaged: fc.boolean(),
  });
  const key = ({ number, page }: { number: number; page: number }) => `${number}/${page}`;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(page, { selector: key, maxLength: 12 }),
      fc.array(name, { maxLength: 40 }),
      fc.boolean(),
      async (pages, names, late) => {
        const file = await openFile(t);
        for (const { number, page, fill, isDamaged } of pages) {
          const stride = strideOf(WIDTHS[number]!);
          const bytes = Uint8Array.from(
            { length: rowsPerPage(stride) * stride * 8 },
            (_, i) => fill ^ (i >> 3),
          );
          const value = sealed(bytes, fill);
          if (isDamaged) value[5]! ^= 1;
          await put(file, [[pageKey(number, page), value]]);
        }
        const source = new Cold(late ? new Shaky({ delay: () => 1 }, file) : file, testLog());
        const found: ArchivedRow[] = [];
        const rows = names.map(({ number, row }) => ({ number, row, width: WIDTHS[number]! }));
        await finish(
          readRows(source, rows, (index, row) => {
            if (found[index] !== undefined) throw new Error('twice');
            found[index] = row;
          }),
        );
        await file.close();
        const needed = new Set<string>();
        for (const [i, { number, row, width }] of rows.entries()) {
          const stride = strideOf(width);
          const name = key({ number, page: Math.trunc(row / rowsPerPage(stride)) });
          needed.add(name);
          const page = pages.find((one) => key(one) === name);
          const at = (row % rowsPerPage(stride)) * stride;
          const isThere = page !== undefined && !page.isDamaged;
          const bytes = Uint8Array.from({ length: stride * 8 }, (_, i) =>
            isThere ? page.fill ^ (at + (i >> 3)) : 0,
          );
          const { session, damaged } = found[i]!;
          if (!Buffer.from(bytes).equals(found[i]!.bytes)) return false;
          if (session !== (isThere ? page.fill : 0) || damaged !== (page?.isDamaged ?? false)) return false;
        }
        return found.length === names.length && source.reads === needed.size;
      },
    ),
    { numRuns: 60 },
  );
});

t.test('a row is a copy, also of what is on its way to the store', async (t) => {
  const source = new Cold(shelf(), testLog());
  const stride = strideOf(1);
  source.put(pageKey(0, 0), sealed(new Uint8Array(rowsPerPage(stride) * stride * 8).fill(1), 1));
  const rows: ArchivedRow[] = [];
  for (let time = 0; time < 2; time++) {
    await finish(readRows(source, [{ number: 0, width: 1, row: 0 }], (_, row) => rows.push(row)));
    t.ok(rows[time]!.bytes.every((byte) => byte === 1));
    rows[time]!.bytes.fill(9);
  }
});
