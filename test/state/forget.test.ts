import fc from 'fast-check';
import t, { type Test } from 'tap';
import { readFieldKeys, readRecords } from '../../src/state/archive.ts';
import { Forgetting, present, rowsOf, zero } from '../../src/state/forget.ts';
import type { Hot } from '../../src/state/hot.ts';
import { COUNT, opened, pageKey, sealed } from '../../src/state/page.ts';
import { encodeRecord, recordKey, type StoredSeries } from '../../src/state/record.ts';
import { SeriesList } from '../../src/state/series-list.ts';
import type { Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { contentsOf } from '../support/invariants.ts';
import { lastingStore, type Shaky } from '../support/shaky.ts';
import { line, startRoad } from '../support/sweeping.ts';

const PLENTY = 64 << 20;

/** Some values of each host; saved, and cold. */
async function learned(t: Test, hosts: readonly string[]): Promise<Shaky> {
  const store = lastingStore();
  const { pass, close } = await startRoad(store, undefined, PLENTY);
  for (let n = 0; n < 3; n++) for (const host of hosts) pass(line(host, n, n));
  await close(t);
  return store;
}

/** Forgets what `goes` says of these hosts. */
async function forget(hot: Hot, hosts: readonly string[], goes?: (series: StoredSeries) => boolean) {
  const forgetting = new Forgetting(hot, goes);
  const records = await finish(readRecords(hot.cold!, undefined, 10_000));
  const names = new Set(hosts.map((host) => `m,host=${host}`));
  await finish(forgetting.add(records.filter(({ tagSet }) => names.has(String(tagSet)))));
  return { forgetting, settled: await forgetting.settle() };
}

/** What the store knows of every series, as text, by tag set and field. */
async function knownOf(store: Store, { catalog }: Hot): Promise<Map<string, string>> {
  const fieldKeys = await finish(readFieldKeys(store, catalog));
  const found = new Map<string, string>();
  for await (const part of new SeriesList(store, catalog, fieldKeys.map(String)).all())
    for (const { tagSet, field, rows } of part)
      found.set(
        `${tagSet} ${field}`,
        rows.map(({ last, count, floats }) => `${last} ${count} ${floats}`).join(),
      );
  return found;
}

t.test('records go, and their rows are free', async (t) => {
  const store = await learned(t, ['a', 'b', 'c']);
  const { hot, close, pass } = await startRoad(store);
  const { forgetting, settled } = await forget(hot, ['a', 'c', 'never']);
  t.ok(settled);
  t.match(forgetting, { records: 2, series: 4, rows: 4 });
  t.same(contentsOf(store), { tagSets: ['m,host=b'], named: 2, unnamed: 4, broken: [] });
  t.same([hot.catalog.tagSets, hot.coldTagSets], [1, 1]);
  const [state] = hot.states.values();
  t.equal(state!.free.size, 4);
  const { rows } = state!;
  pass(line('d', 9, 1));
  t.equal(state!.rows, rows, 'a new series takes one of them');
  await close(t);
  t.same(contentsOf(store), { tagSets: ['m,host=b', 'm,host=d'], named: 4, unnamed: 2, broken: [] });
});

t.test('of a record that keeps a series only the others go', async (t) => {
  const store = await learned(t, ['a', 'b']);
  const { hot, close } = await startRoad(store);
  const before = await knownOf(store, hot);
  const { forgetting } = await forget(hot, ['a'], ({ fieldKey }) => fieldKey === 0);
  t.match(forgetting, { records: 0, series: 1, rows: 1 });
  t.equal(hot.catalog.tagSets, 2);
  before.delete('m,host=a a');
  t.strictSame(await knownOf(store, hot), before);
  const { writes } = store;
  const again = await forget(hot, ['a', 'b'], () => false);
  t.equal(store.writes, writes, 'nothing to do');
  t.match(again.forgetting, { records: 0, series: 0, rows: 0 });
  t.strictSame(await knownOf(store, hot), before);
  await close(t);
  t.same(contentsOf(store).broken, []);
});

t.test('a crash at any moment hurts nothing, and what was not forgotten stays as it is', async (t) => {
  const HOSTS = Array.from({ length: 60 }, (_, host) => `h${host}`);
  let cut = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(HOSTS, { minLength: 1 }),
      fc.subarray(HOSTS),
      fc.boolean(),
      fc.nat(6),
      async (hosts, chosen, whole, write) => {
        const store = await learned(t, hosts);
        const goes = (series: StoredSeries) => whole || series.fieldKey === 1;
        const goesText = (name: string) =>
          chosen.some((host) => name.startsWith(`m,host=${host} `)) && (whole || name.endsWith(' b'));
        const first = await startRoad(store);
        const left = new Map([...(await knownOf(store, first.hot))].filter(([name]) => !goesText(name)));
        const broken: string[] = [];
        store.onWrite = () => broken.push(...contentsOf(store).broken);
        store.failFrom = store.writes + write;
        const { forgetting, settled } = await forget(first.hot, chosen, goes);
        if (!settled) cut++;
        if (!settled && forgetting.rows + forgetting.records > 0) throw new Error('freed too early');
        // As after kill -9: what was in memory is gone.
        store.failFrom = Number.POSITIVE_INFINITY;
        const second = await startRoad(store);
        await forget(second.hot, chosen, goes);
        await second.close(t);
        broken.push(...contentsOf(store).broken);
        if (broken.length > 0) throw new Error(broken.join('\n'));
        t.strictSame(await knownOf(store, second.hot), left) || t.bailout();
      },
    ),
    { numRuns: 60 },
  );
  t.ok(cut > 10, `${cut} times the store failed`);
});

t.test('while the store fails no row is free, and afterwards it is tried again', async (t) => {
  const writesOf = async (failing: number) => {
    const store = await learned(t, ['a', 'b']);
    const { hot } = await startRoad(store);
    const [state] = hot.states.values();
    const before = store.writes;
    store.failFrom = before + failing;
    const { settled } = await forget(hot, ['a']);
    const writes = store.writes - before;
    t.equal(settled, writes < failing);
    t.equal(state!.free.size, settled ? 2 : 0, `write ${failing}`);
    store.failFrom = Number.POSITIVE_INFINITY;
    if (!settled) {
      await hot.cold!.recovered();
      t.ok(await hot.committed());
      t.ok((await forget(hot, ['a'])).settled);
    }
    t.same(contentsOf(store), { tagSets: ['m,host=b'], named: 2, unnamed: 2, broken: [] });
    return writes;
  };
  const all = await writesOf(Number.POSITIVE_INFINITY);
  t.ok(all >= 3, `${all} writes`);
  for (let write = 0; write < all; write++) await writesOf(write);
});

t.test('a tag set that comes back before it is erased stays, with what it learns', async (t) => {
  const backs: Record<string, (road: Awaited<ReturnType<typeof startRoad>>) => string[]> = {
    'with values': ({ pass }) => [pass(line('a', 9, 5)), '1', '1'],
    'with values, and gone from memory': ({ pass, hot }) => {
      const point = pass(line('a', 9, 5));
      hot.saveRecords();
      hot.frames.tick();
      while (hot.frames.evict(false));
      t.equal(hot.find(Buffer.from('m,host=a')), -1);
      return [point, '1', '1'];
    },
    'with nothing to learn': ({ pass }) => [pass('m,host=a anomaly_score=1 1\n'), '0', '0'],
  };
  for (const [name, back] of Object.entries(backs)) {
    const store = await learned(t, ['a', 'b']);
    const road = await startRoad(store);
    const forgetting = new Forgetting(road.hot);
    await finish(forgetting.add(await finish(readRecords(road.hot.cold!, undefined, 9))));
    const [, ...counts] = back(road);
    t.ok(await forgetting.settle());
    t.match(forgetting, { records: 1, series: 2, rows: 2 }, name);
    await road.close(t);
    const known = await knownOf(store, road.hot);
    t.strictSame(
      // Nobody watches our own field: it has no row.
      [...known].filter(([, text]) => text !== '').map(([name, text]) => [name, text.split(' ')[1]]),
      counts.map((count, field) => [`m,host=a ${'ab'[field]}`, count]),
    );
    t.same(contentsOf(store).broken, []);
  }
});

t.test('a record without series goes as a whole, whatever goes', async (t) => {
  const store = await learned(t, ['a']);
  const key = recordKey(Buffer.from('m,host=empty'));
  await store.putMany([key], [encodeRecord(key, Buffer.from('m,host=empty'), [])]);
  const { hot } = await startRoad(store);
  hot.catalog.tagSets++;
  const { forgetting } = await forget(hot, ['a', 'empty'], () => false);
  t.match(forgetting, { records: 1, series: 0, rows: 0 });
  t.same(contentsOf(store), { tagSets: ['m,host=a'], named: 2, unnamed: 0, broken: [] });
});

t.test('is full of many records, or of much that is staged', async (t) => {
  const hosts = Array.from({ length: 1100 }, (_, host) => `${host}`);
  const { hot } = await startRoad(await learned(t, hosts), undefined, PLENTY);
  const records = await finish(readRecords(hot.cold!, undefined, 2000));
  const many = new Forgetting(hot);
  await finish(many.add(records.slice(0, 1000)));
  t.notOk(many.full);
  await finish(many.add(records.slice(1000)));
  t.ok(many.full);
  t.ok(await many.settle());
  t.notOk(many.full);
  const much = new Forgetting(hot);
  hot.cold!.put(Buffer.from('x'), Buffer.alloc(hot.stagedLimit));
  t.ok(much.full);
});

t.test('rows are those of instances that are known, as far as they go', async (t) => {
  const { hot } = await startRoad(await learned(t, ['a', 'b']));
  const [state] = hot.states.values();
  const { number } = state!;
  const series = (...rows: number[]) => ({ fieldKey: 0, isScore: false, rows });
  t.equal(state!.rows, 4);
  t.strictSame(
    rowsOf(hot, [series(number, 2), series(3, number, number, 1), series(number, 4), series(3, 3)]),
    [
      [state, 2],
      [state, 1],
    ],
  );
});

t.test('the present is what is hot, then what is staged, then what is stored', async (t) => {
  const { hot, pass } = await startRoad(await learned(t, ['a']));
  const [state] = hot.states.values();
  const key = state!.key(0);
  const first = () => {
    let rows!: Buffer;
    present(hot).getMany([key], (_, value) => {
      rows = Buffer.from(opened(value!, state!.stride)!.rows);
    });
    return rows;
  };
  const count = () => first().readInt32LE(4 * COUNT);
  t.equal(count(), 3, 'stored');
  const rows = first();
  rows.writeInt32LE(7, 4 * COUNT);
  hot.cold!.put(key, sealed(rows, 1));
  t.equal(count(), 7, 'staged');
  pass(line('a', 9, 5));
  t.equal(count(), 8, 'hot');
  const found: boolean[] = [];
  present(hot).getMany([key, pageKey(state!.number, 5)], (i, value) => {
    found[i] = value !== undefined;
  });
  t.same(found, [true, false]);
});

t.test('a page without anything else goes, and one that is damaged is left alone', async (t) => {
  const store = await learned(
    t,
    Array.from({ length: 250 }, (_, host) => `${host}`),
  );
  const { hot, pass } = await startRoad(store);
  const [state] = hot.states.values();
  const { rowsPerPage } = state!;
  t.ok(state!.rows >= 4 * rowsPerPage);
  pass(line('0', 9, 1));
  const damaged = state!.key(2);
  await store.putMany([damaged], [Buffer.from('nonsense')]);
  const all = Array.from({ length: 4 * rowsPerPage - 1 }, (_, row): [typeof state & {}, number] => [
    state!,
    row,
  ]);
  await finish(zero(hot, all));
  t.ok(await hot.committed());
  const found: (Uint8Array | undefined)[] = [];
  await store.getMany(
    [0, 1, 2, 3].map((page) => state!.key(page)),
    (i, value) => {
      found[i] = value && Uint8Array.from(value);
    },
  );
  const zeros = (page: number) =>
    opened(found[page]!, state!.stride)!.rows.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  const bytes = rowsPerPage * state!.stride * 8;
  t.equal(zeros(0), bytes, 'one that is hot');
  t.ok(state!.bytes(0).every((byte) => byte === 0));
  t.equal(found[1], undefined);
  t.equal(String(Buffer.from(found[2]!)), 'nonsense');
  t.ok(zeros(3) < bytes && zeros(3) >= bytes - state!.stride * 8, 'the last row is not among them');
});
