import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { OPEN } from '../../src/judge.ts';
import { readFieldKeys } from '../../src/state/archive.ts';
import { newCatalog } from '../../src/state/catalog.ts';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { OFF, pageKey, rowsPerPage, sealed, strideOf } from '../../src/state/page.ts';
import { encodeRecord, recordKey } from '../../src/state/record.ts';
import { instanceName, SeriesList, type ShownSeries } from '../../src/state/series-list.ts';
import { Snapshots } from '../../src/state/snapshot.ts';
import type { Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { roadOf, testLog } from '../support/road.ts';
import { Shaky, shelf } from '../support/shaky.ts';

const FIELDS = ['v', 'w', 'x'];
const WIDTH = 3;
const STRIDE = strideOf(WIDTH);
const SESSION = 5;
const catalog = {
  ...newCatalog(),
  session: SESSION,
  instances: [{ number: 9, identity: 'mine fake 2 00ff', width: WIDTH, rows: 0, usedAt: 0 }],
};

/** A record of so many fields, whose rows are those of instance 9 that begin at `row`, and one of nobody's. */
async function put(store: Store, tagSet: string, fields: number, row = 0): Promise<void> {
  const key = recordKey(Buffer.from(tagSet));
  const series = Array.from({ length: fields }, (_, fieldKey) => ({
    fieldKey,
    isScore: false,
    rows: [8, 1, 9, row + fieldKey],
  }));
  await store.putMany([key], [encodeRecord(key, Buffer.from(tagSet), series)]);
}

interface Written {
  readonly time?: bigint;
  readonly count?: number;
  readonly flags?: number;
  readonly floats?: readonly number[];
}

async function putPage(store: Store, page: number, rows: readonly Written[], session = SESSION) {
  const bytes = new Uint8Array(rowsPerPage(STRIDE) * STRIDE * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, { time = 0n, count = 0, flags = 0, floats = [] }] of rows.entries()) {
    const at = i * STRIDE * 8;
    view.setBigInt64(at, time, true);
    view.setInt32(at + 8, count, true);
    view.setInt32(at + 12, flags, true);
    for (const [place, float] of floats.entries()) view.setFloat64(at + 16 + 8 * place, float, true);
  }
  await store.putMany([pageKey(9, page)], [sealed(pageKey(9, page), bytes, session)]);
}

async function gather<T>(parts: AsyncGenerator<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const part of parts) all.push(...part);
  return all;
}

const briefly = ({ tagSet, field }: ShownSeries) => `${tagSet} ${field}`;

t.test('the parts of an identity, whatever the alias', async (t) => {
  for (const alias of ['cpu', 'two words', 'a  b 1 c', 'line\nbreak'])
    t.strictSame(instanceName(`${alias} zscore 3 00ff`), {
      alias,
      detector: 'zscore',
      version: 3,
      options: '00ff',
    });
});

t.test('goes through all that pass both filters, in the order of the keys', async () => {
  const tagSet = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', ',', '=') });
  const tagSets = fc.uniqueArray(fc.tuple(tagSet, fc.nat(3)), { selector: ([name]) => name, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      tagSets,
      fc.subarray(FIELDS),
      fc.constantFrom('a', 'b', '='),
      async (all, fields, part) => {
        const store = shelf();
        for (const [name, fields] of all) await put(store, name, fields);
        const list = new SeriesList(store, catalog, FIELDS);
        const expected = all
          .filter(([name]) => name.includes(part))
          .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          .flatMap(([name, many]) =>
            FIELDS.slice(0, many)
              .filter((field) => fields.includes(field))
              .map((field) => `${name} ${field}`),
          );
        const filters = [
          (text: string) => text.includes(part),
          (text: string) => fields.includes(text),
        ] as const;
        const shown = await gather(list.all(...filters));
        const named = await gather(list.names(...filters));
        return (
          isDeepStrictEqual(shown.map(briefly), expected) &&
          isDeepStrictEqual(
            named.map(([name, one]) => `${name} ${list.field(one)}`),
            expected,
          )
        );
      },
    ),
  );
});

t.test('a state of any size, some at a time, from a store that makes us wait', async (t) => {
  const store = new Shaky({ delay: () => 1 });
  const names = Array.from({ length: 1201 }, (_, i) => `m,s=${String(i).padStart(5, '0')}`);
  for (const name of names) await put(store.below, name, 1);
  const list = new SeriesList(store, catalog, FIELDS);
  const sizes: number[] = [];
  const found: string[] = [];
  for await (const part of list.all()) {
    sizes.push(part.length);
    found.push(...part.map(({ tagSet }) => tagSet));
  }
  t.ok(Math.max(...sizes) < names.length, `${sizes}`);
  t.strictSame(found, names);
});

t.test('names come without a look at the rows', async (t) => {
  const store = shelf();
  await put(store, 'm', 2);
  const source = new Cold(store, testLog());
  const list = new SeriesList(source, catalog, FIELDS);
  t.equal((await gather(list.names())).length, 2);
  t.equal(source.reads, 1, 'the record');
  await gather(list.all());
  t.equal(source.reads, 3, 'the record again, and a page');
});

t.test('what a row says', async (t) => {
  const store = shelf();
  await put(store, 'm', 3);
  const time = -1_234_567_890_123_456_789n;
  await putPage(store, 0, [
    {},
    { time, count: 7, flags: OPEN, floats: [0.5, Number.NaN, -2] },
    { flags: OFF },
  ]);
  const of = async () => {
    const [, one, other] = await new SeriesList(store, catalog, FIELDS).of(recordKey(Buffer.from('m')));
    return [one!.rows, other!.rows] as const;
  };
  const name = { alias: 'mine', detector: 'fake', version: 2, options: '00ff' };
  const learned = { last: time, count: 7, counter: false, alarm: true, off: false, damaged: false };
  const anew = {
    last: undefined,
    count: 0,
    counter: false,
    alarm: false,
    damaged: false,
    floats: new Float64Array(WIDTH),
  };
  // One of instance 9 each: the catalog knows no other.
  t.strictSame(await of(), [
    [{ ...name, row: 1, ...learned, floats: Float64Array.of(0.5, Number.NaN, -2) }],
    [{ ...name, row: 2, ...anew, off: true }],
  ]);
  await putPage(store, 0, [{}, {}, { flags: OFF }], SESSION - 1);
  const [before] = (await of())[1];
  t.notOk(before!.off, 'the program has been started again since');
  await store.putMany([pageKey(9, 0)], [Buffer.from('nonsense')]);
  for (const [row] of await of()) t.match(row, { ...anew, off: false, damaged: true });
  await store.delete([pageKey(9, 0)]);
  for (const [row] of await of()) t.match(row, { ...anew, off: false });
});

t.test('one tag set, also a long one; of one that is not there nothing', async (t) => {
  const store = shelf();
  const long = `m,a=${'x'.repeat(2000)}`;
  await put(store, long, 2);
  await put(store, `${long}x`, 1);
  const list = new SeriesList(store, catalog, FIELDS);
  const of = async (tagSet: string) => (await list.of(recordKey(Buffer.from(tagSet)))).map(briefly);
  t.strictSame(await of(long), [`${long} v`, `${long} w`]);
  t.strictSame(await of('m'), []);
});

t.test('damaged records are passed over, and counted', async (t) => {
  const store = shelf();
  for (const name of ['a', 'b', 'c']) await put(store, name, 1);
  for (const name of ['a', 'c'])
    await store.putMany([recordKey(Buffer.from(name))], [Buffer.from('nonsense')]);
  const list = new SeriesList(store, catalog, FIELDS);
  t.strictSame((await gather(list.all())).map(briefly), ['b v']);
  t.equal(list.damaged, 2);
});

t.test('shows what the road has learned', async (t) => {
  const store = shelf();
  const hot = await finish(Hot.open(1 << 20, new Cold(store, testLog())));
  const road = roadOf([{}, { policy: { fieldinclude: ['v'] } }], {}, hot);
  road.pass('m,s=a v=1,w=20 1000\nm,s=b v=1 1000\n', 'm,s=a v=1 2000\n');
  t.ok(await new Snapshots(hot, 3600).finish());
  const fieldKeys = await finish(readFieldKeys(store, hot.catalog));
  const list = new SeriesList(store, hot.catalog, fieldKeys.map(String));
  t.strictSame(
    (await gather(list.all())).map((series) => [
      briefly(series),
      ...series.rows.map(({ alias, last, count, alarm, floats }) => [alias, last, count, alarm, ...floats]),
    ]),
    [
      ['m,s=a v', ['fake', 2000n, 2, false, 2], ['fake2', 2000n, 2, false, 2]],
      ['m,s=a w', ['fake', 1000n, 1, true, 1]],
      ['m,s=b v', ['fake', 1000n, 1, false, 1], ['fake2', 1000n, 1, false, 1]],
    ],
  );
});
