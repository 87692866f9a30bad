import t, { type Test } from 'tap';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import type { Store } from '../../src/store.ts';
import { MARK, one, rollBack, Undo } from '../../src/train/undo.ts';

const bytes = (text: string) => Buffer.from(text);

async function opened(t: Test): Promise<Store> {
  return lmdb.open({ path: t.testdir({}), sync: false, readOnly: false });
}

async function put(store: Store, entries: Record<string, string>): Promise<void> {
  await store.putMany(Object.keys(entries).map(bytes), Object.values(entries).map(bytes));
}

async function mark(store: Store, number: number, entries: Record<string, string> = {}): Promise<void> {
  const value = Buffer.alloc(8);
  value.writeUInt32LE(number, 0);
  await store.putMany(
    [MARK, ...Object.keys(entries).map(bytes)],
    [value, ...Object.values(entries).map(bytes)],
  );
}

/** All but the mark. */
async function all(store: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const key of await store.keys(Buffer.alloc(0), undefined, 1e6))
    if (!MARK.equals(key)) found[Buffer.from(key).toString()] = String(await one(store, key));
  return found;
}

t.test('goes back to the mark: what was changed, what came and what went', async (t) => {
  const store = await opened(t);
  await put(store, { pa: '1', pb: '1', pc: '1' });
  await mark(store, 1);
  const undo = await Undo.over(store);
  await put(undo, { pa: '2', pd: '2' });
  await put(undo, { pa: '3', pd: '3' });
  await undo.delete([bytes('pb'), bytes('pd'), bytes('none')]);
  t.match(await all(store), { pa: '3', pc: '1' });
  await rollBack(store);
  await (await Undo.over(store)).clear();
  t.strictSame(await all(store), { pa: '1', pb: '1', pc: '1' });
  await undo.close();
});

t.test('goes back to the newest mark, which is whole with what comes with it', async (t) => {
  const store = await opened(t);
  await mark(store, 1, { pa: '1' });
  const undo = await Undo.over(store);
  await put(undo, { pa: '2' });
  await mark(undo, 2, { pa: '3', pb: '3' });
  await rollBack(store);
  t.match(await all(store), { pa: '3', pb: '3' }, 'nothing has come since');
  await put(undo, { pa: '4' });
  await rollBack(store);
  t.match(await all(store), { pa: '3', pb: '3' });
  await rollBack(store);
  t.match(await all(store), { pa: '3', pb: '3' }, 'as often as one likes');
  await undo.close();
});

t.test('more than fits into a batch', async (t) => {
  const store = await opened(t);
  const many = (value: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${String(i).padStart(5, '0')}`, value]));
  await mark(store, 7, many('1', 1200));
  const undo = await Undo.over(store);
  await put(undo, many('2', 2500));
  await rollBack(store);
  await undo.clear();
  t.strictSame(await all(store), many('1', 1200));
  await undo.close();
});

t.test('what is kept goes when it is cleared', async (t) => {
  const store = await opened(t);
  await mark(store, 1);
  const undo = await Undo.over(store);
  await put(undo, { pa: '2' });
  t.equal(Object.keys(await all(store)).length, 2);
  await mark(undo, 2);
  await undo.clear();
  t.strictSame(await all(store), { pa: '2' });
  await undo.close();
});
