import t from 'tap';
import { CATALOG_KEY, encodeText, FORMAT, fieldKeyKey } from '../../src/state/catalog.ts';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { recordKey } from '../../src/state/record.ts';
import { makeRoom } from '../../src/state/room.ts';
import { Snapshots } from '../../src/state/snapshot.ts';
import type { Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { identity, roadOf, testLog } from '../support/road.ts';
import { shelf } from '../support/shaky.ts';

const MEMORY = 16 << 20;

/** A run of the program on what is in the store; `aliases` are the instances that its config names. */
async function begin(store: Store, aliases = ['one'], memory = MEMORY) {
  const hot = await finish(Hot.open(memory, new Cold(store, testLog())));
  const entries = aliases.map((alias) => ({ policy: { alias, score_fields: true }, instance: counting }));
  const road = roadOf(entries, {}, hot);
  return { hot, ...road, save: () => new Snapshots(hot, 3600).finish() };
}

/** Its score is how many values it has learned. */
const counting = { ...identity, score: ({ f64 }: { f64: Float64Array }, at: number) => f64[at]! };

/** The scores of the fields, by their names, of the next point of each tag set. */
let time = 0;
function scores(pass: (text: string) => string, ...points: string[]): string[] {
  time++;
  const out = pass(points.map((point) => `${point} ${time}\n`).join(''));
  return out
    .trim()
    .split('\n')
    .map((line) =>
      [...line.matchAll(/(\w+)_score=(\d+)/g)].map(([, field, score]) => `${field} ${score}`).join(),
    );
}

async function learnt(store: Store, rounds = 3): Promise<void> {
  const { pass, save } = await begin(store);
  for (let i = 0; i < rounds; i++) scores(pass, 'm,s=a v=1,w=1', 'm,s=b v=1');
  await save();
}

async function storedValue(store: Store, key: Buffer): Promise<Buffer> {
  let found: Buffer | undefined;
  await store.getMany([key], (_, value) => {
    found = value && Buffer.from(value);
  });
  return found!;
}

async function damage(store: Store, key: Buffer): Promise<void> {
  const value = await storedValue(store, key);
  value[value.length >> 1]! ^= 4;
  await store.putMany([key], [value]);
}

t.test('the next run goes on where this one ended', async (t) => {
  const store = shelf();
  await learnt(store);
  const { hot, pass } = await begin(store);
  t.equal(hot.catalog.session, 2);
  t.equal(hot.coldTagSets, 2);
  t.equal(hot.fieldKeys.size, 2);
  t.strictSame(scores(pass, 'm,s=a v=1,w=1', 'm,s=b v=1', 'm,s=c v=1'), ['v 3,w 3', 'v 3', 'v 0']);
  t.equal(hot.coldTagSets, 0);
  t.equal(hot.damaged, 0);
});

t.test('a later format is refused, and left as it is', async (t) => {
  const store = shelf();
  await learnt(store);
  const catalog = JSON.parse((await storedValue(store, CATALOG_KEY)).toString('utf8', 4));
  t.equal(catalog.format, FORMAT);
  const later = encodeText(JSON.stringify({ ...catalog, format: FORMAT + 1 }));
  await store.putMany([CATALOG_KEY], [later]);
  await t.rejects(begin(store), { code: 'STATE_FORMAT' });
  t.ok((await storedValue(store, CATALOG_KEY)).equals(later));
});

t.test('a damaged catalog is refused, and left as it is', async (t) => {
  const store = shelf();
  await learnt(store);
  await damage(store, CATALOG_KEY);
  await t.rejects(begin(store), { code: 'STATE_DAMAGED' });
  await t.rejects(begin(store), { code: 'STATE_DAMAGED' });
});

t.test('a damaged name of a field costs that field alone', async (t) => {
  const store = shelf();
  await learnt(store);
  await damage(store, fieldKeyKey(0));
  const { hot, pass, save } = await begin(store);
  t.equal(hot.fieldKeys.size, 2);
  t.strictSame(scores(pass, 'm,s=a v=1,w=1', 'm,s=b v=1'), ['v 0,w 3', 'v 0']);
  await save();
  t.strictSame(scores((await begin(store)).pass, 'm,s=a v=1,w=1', 'm,s=b v=1'), ['v 1,w 4', 'v 1']);
});

t.test('a damaged record costs its series alone, and is counted', async (t) => {
  const store = shelf();
  await learnt(store);
  await damage(store, recordKey(Buffer.from('m,s=a')));
  const { hot, pass, save } = await begin(store);
  t.strictSame(scores(pass, 'm,s=a v=1,w=1', 'm,s=b v=1'), ['v 0,w 0', 'v 3']);
  t.equal(hot.damaged, 1);
  await save();
  t.strictSame(scores((await begin(store)).pass, 'm,s=a v=1,w=1', 'm,s=b v=1'), ['v 1,w 1', 'v 4']);
});

t.test('a damaged page costs its rows alone, and is counted', async (t) => {
  const store = shelf();
  await learnt(store);
  const first = await begin(store, ['one', 'two']);
  scores(first.pass, 'm,s=a v=1,w=1', 'm,s=b v=1');
  await first.save();
  await damage(store, first.pipeline.watches[0]!.state.key(0));
  const { pass, pipeline } = await begin(store, ['one', 'two']);
  scores(pass, 'm,s=a v=1,w=1', 'm,s=b v=1');
  const counts = pipeline.watches.map(({ state }) => {
    const place = state.place(0);
    return [state.page(place).f64[state.at(place) + 2], state.damaged];
  });
  t.strictSame(counts, [
    [1, 1],
    [2, 0],
  ]);
});

t.test('an instance that no config names keeps its rows, also through restarts', async (t) => {
  const store = shelf();
  await learnt(store);
  for (let run = 0; run < 2; run++) {
    const { hot, pass, save } = await begin(store, ['two']);
    t.strictSame(scores(pass, 'm,s=a v=1,w=1', 'm,s=b v=1'), [`v ${run},w ${run}`, `v ${run}`]);
    t.equal(hot.states.size, 2);
    await save();
  }
  t.strictSame(scores((await begin(store)).pass, 'm,s=a v=1,w=1', 'm,s=b v=1'), ['v 3,w 3', 'v 3']);
});

t.test('the same identity gets its rows, another none, and a number is never given again', async (t) => {
  const hot = await finish(Hot.open(MEMORY, new Cold(shelf(), testLog())));
  const first = hot.state('a fake 1 x', 3, 5);
  t.equal(hot.state('a fake 1 x', 3, 6), first);
  t.strictSame(
    hot.catalog.instances.map(({ identity, usedAt }) => [identity, usedAt]),
    [['a fake 1 x', 6]],
  );
  t.ok(hot.knows('a', 'a fake 1 y'), 'the alias had another identity');
  t.notOk(hot.knows('a', 'a fake 1 x'));
  t.notOk(hot.knows('b', 'b fake 1 x'));
  const others = [hot.state('a fake 1 y', 3), hot.state('b fake 1 x', 3), hot.state('a fake 1 x', 4)];
  t.equal(new Set([first, ...others].map(({ number }) => number)).size, 4);
  t.equal(hot.state('a fake 1 x', 4), others[2], 'of the width that it has now');
  t.equal(hot.catalog.instances.length, 3);
});

t.test('without a store there is no limit, and nothing to save', async (t) => {
  const hot = new Hot(1);
  t.equal(hot.limit, Number.POSITIVE_INFINITY);
  t.equal(await finish(makeRoom(hot, { frames: 1e9, larges: 0, bytes: 0 })), true);
  t.equal(hot.flush(), undefined);
});
