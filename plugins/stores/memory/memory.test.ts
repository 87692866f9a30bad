/** What is its own; the rest is test/conformance/store.test.ts. */
import t from 'tap';
import memory from './memory.ts';

const OPTIONS = { path: '', sync: false, readOnly: false };
const key = Uint8Array.from(Buffer.from('key'));

t.test('answers at once, and says so', async (t) => {
  const store = await memory.open(OPTIONS);
  t.strictSame(store.capabilities, { durable: false, synchronous: true });
  t.equal(store.putMany([key], [key]), undefined);
  let found: Uint8Array | undefined;
  t.equal(
    store.getMany([key], (_, value) => {
      found = value;
    }),
    undefined,
  );
  t.strictSame(found, key);
  t.strictSame(store.keys(key, undefined, 1), [Buffer.from(key)]);
});

t.test('two stores share nothing, and a closed one holds nothing', async (t) => {
  const one = await memory.open(OPTIONS);
  const other = await memory.open(OPTIONS);
  await one.putMany([key], [key]);
  t.strictSame(await other.keys(Buffer.alloc(0), undefined, 1), []);
  await one.close();
  t.strictSame(await one.keys(Buffer.alloc(0), undefined, 1), []);
});
