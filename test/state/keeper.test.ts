import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { stateSchema } from '../../src/config/schema.ts';
import type { PluginTable } from '../../src/config.ts';
import { CATALOG_KEY, encodeText, FORMAT, newCatalog } from '../../src/state/catalog.ts';
import { Keeper, STORE_FOLDER } from '../../src/state/keeper.ts';
import { acquireLock } from '../../src/state/lock.ts';
import type { Store } from '../../src/store.ts';
import { roadOf, type TestLog, testLog } from '../support/road.ts';
import { Shaky } from '../support/shaky.ts';

const plugins: PluginTable = { detectors: {}, stores: { lmdb: async () => ({ default: lmdb }) } };

/** A table whose store is this one, whatever its name. */
const only = (store: Store): PluginTable => ({
  detectors: {},
  stores: { lmdb: async () => ({ default: { name: 'lmdb', open: () => store } }) },
});

/** A store, and how often it was closed. */
function closing() {
  const store = new Shaky();
  let closed = 0;
  store.close = () => {
    closed++;
  };
  return { store, closed: () => closed };
}

const open = (path: string, log: TestLog, table = plugins, options = {}) =>
  Keeper.open(stateSchema.parse({ path, memory: '4MiB', ...options }), table, log);

const POINTS = 'm,host=a v=1 1000\nm,host=b v=1 1000\n';

/** Learns two series on the keeper's rows. */
const learn = ({ hot }: Keeper) => roadOf([{}], {}, hot).pass(POINTS);

/** The state is in memory only, and that was told with this code; nobody has the directory. */
async function fellBack(t: Test, keeper: Keeper, log: TestLog, code: RegExp): Promise<void> {
  t.equal(keeper.storeName, 'memory');
  t.equal(keeper.hot.cold, undefined);
  t.equal(keeper.hot.limit, Number.POSITIVE_INFINITY);
  t.match(log.lines, [code]);
  t.equal(learn(keeper), POINTS, 'points pass');
  await keeper.close();
  t.equal(log.lines.length, 1);
}

async function isFree(t: Test, directory: string): Promise<void> {
  await (await acquireLock(directory, { retryFor: 0 })).release();
  t.pass('nobody has the directory');
}

t.test('remembers, in a directory that is its own until it is closed', async (t) => {
  const path = join(t.testdir(), 'deep', 'state');
  const log = testLog();
  const first = await open(path, log);
  t.equal(first.storeName, 'lmdb');
  t.equal(statSync(join(path, STORE_FOLDER)).mode & 0o777, 0o700);
  await t.rejects(acquireLock(path, { retryFor: 0 }), { code: 'LOCK_BUSY' });
  learn(first);
  await first.close();
  await isFree(t, path);
  const second = await open(path, log);
  t.equal(second.hot.catalog.session, 2);
  t.equal(second.hot.coldTagSets, 2);
  t.equal(second.hot.memory, 4 << 20);
  await second.close();
  t.same(log.lines, []);
});

t.test('saves now and then by itself', async (t) => {
  const path = t.testdir();
  const keeper = await open(path, testLog(), plugins, { snapshot_interval: '50ms' });
  learn(keeper);
  const { catalog } = keeper.hot;
  while (catalog.tagSets < 2 || catalog.savedAt === 0) await delay(5);
  const { savedAt } = catalog;
  while (catalog.savedAt === savedAt) await delay(5);
  await keeper.close();
});

t.test('in memory where the config says so, and then nothing is on disk', async (t) => {
  const path = join(t.testdir(), 'state');
  const log = testLog();
  const keeper = await open(path, log, plugins, { store: 'memory' });
  t.equal(keeper.storeName, 'memory');
  learn(keeper);
  await keeper.close();
  t.notOk(existsSync(path));
  t.same(log.lines, []);
});

t.test('waits for another process that ends', async (t) => {
  const path = t.testdir();
  const other = await acquireLock(path);
  const log = testLog();
  const opening = open(path, log);
  t.equal(await Promise.race([opening, delay(300, 'waits')]), 'waits');
  await other.release();
  const keeper = await opening;
  t.equal(keeper.storeName, 'lmdb');
  await keeper.close();
  t.same(log.lines, []);
});

t.test('falls back to memory where another process stays', async (t) => {
  const path = t.testdir();
  const other = await acquireLock(path);
  const log = testLog();
  await fellBack(t, await open(path, log), log, /^E! LOCK_BUSY: /);
  t.notOk(existsSync(join(path, STORE_FOLDER)), "what is another's is left alone");
  await t.rejects(acquireLock(path, { retryFor: 0 }), { code: 'LOCK_BUSY' });
  await other.release();
});

t.test('falls back to memory where nothing can be made', async (t) => {
  const path = t.testdir({ file: '', state: { [STORE_FOLDER]: 'a file' } });
  for (const [below, code] of [
    ['file/state', /^E! LOCK_FAILED: /],
    ['state', /^E! EEXIST: /],
  ] as const) {
    const log = testLog();
    await fellBack(t, await open(join(path, below), log), log, code);
  }
  await isFree(t, join(path, 'state'));
});

t.test("falls back to memory without the store's plugin", async (t) => {
  const path = t.testdir();
  for (const [stores, code] of [
    [{}, /^E! STATE_FAILED: /],
    [
      { lmdb: () => Promise.reject(Object.assign(new Error('no part'), { code: 'STORE_MISSING' })) },
      /^E! STORE_MISSING: no part/,
    ],
  ] as const) {
    const log = testLog();
    await fellBack(t, await open(path, log, { detectors: {}, stores }), log, code);
    await isFree(t, path);
  }
});

t.test('closes a store that cannot be read', async (t) => {
  const path = t.testdir();
  const { store, closed } = closing();
  store.readFails = new Error('the disk is gone');
  const log = testLog();
  await fellBack(t, await open(path, log, only(store)), log, /^E! STATE_FAILED: the disk is gone/);
  t.equal(closed(), 1);
  await isFree(t, path);
});

t.test('leaves a state of another format as it is', async (t) => {
  const path = t.testdir({ [STORE_FOLDER]: {} });
  const store = await lmdb.open({ path: join(path, STORE_FOLDER), sync: true, readOnly: false });
  const later = encodeText(JSON.stringify({ ...newCatalog(), format: FORMAT + 1 }));
  await store.putMany([CATALOG_KEY], [later]);
  await store.close();
  const file = join(path, STORE_FOLDER, 'state.mdb');
  const bytes = readFileSync(file);
  const log = testLog();
  await fellBack(t, await open(path, log), log, /^E! STATE_FORMAT: /);
  t.ok(readFileSync(file).equals(bytes));
  await isFree(t, path);
});

t.test('tells what the store has put right, and goes on', async (t) => {
  const path = t.testdir({ [STORE_FOLDER]: {} });
  writeFileSync(join(path, STORE_FOLDER, 'state.mdb'), 'the shopping list'.repeat(1000));
  const log = testLog();
  const keeper = await open(path, log);
  t.match(log.lines, [/^W! STATE_DAMAGED: /]);
  t.equal(keeper.storeName, 'lmdb');
  await keeper.close();
});

t.test('reminds once a minute that nothing is saved', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const log = testLog();
  await open(join(t.testdir({ file: '' }), 'file'), log);
  const [first] = log.lines;
  mock.timers.tick(59_000);
  t.equal(log.lines.length, 1);
  mock.timers.tick(1000);
  t.same(log.lines, [first, first]);
  mock.timers.tick(180_000);
  t.equal(log.lines.length, 5);
});

t.test('says what is lost where the store fails to the end, and ends all the same', async (t) => {
  const path = t.testdir();
  const { store, closed } = closing();
  const log = testLog();
  const keeper = await open(path, log, only(store));
  learn(keeper);
  store.writeFails = new Error('no space left');
  await keeper.close();
  t.match(log.lines, [/^E! STATE_NOT_SAVED: /, /^E! STATE_NOT_SAVED: /]);
  t.equal(closed(), 1);
  await isFree(t, path);
});
