import fc from 'fast-check';
import t from 'tap';
import memory from '../../plugins/stores/memory/memory.ts';
import { Cold } from '../../src/state/cold.ts';
import { checkStore } from '../conformance/store.ts';
import openBehindLmdb, { Behind } from '../support/behind.ts';
import { testLog } from '../support/road.ts';
import { Shaky } from '../support/shaky.ts';

const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

function coldOf(delay?: (call: number) => number) {
  const store = new Shaky(delay && { delay });
  const log = testLog();
  const cold = new Cold(store, log);
  const put = (key: string, value: string) => cold.put(Buffer.from(key), Buffer.from(value));
  const remove = (key: string) => cold.delete(Buffer.from(key));
  return { store, log, cold, put, remove, get: (...keys: string[]) => read(cold, keys) };
}

/** The values as text, in the order of the keys. */
async function read(from: Pick<Cold, 'getMany'>, keys: string[]): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  const names = keys.map((key) => Buffer.from(key));
  await from.getMany(names, (index, value) => {
    if (index !== found.length) throw new Error('not in the order of the keys');
    found.push(value && Buffer.from(value).toString());
  });
  return found;
}

t.test('what is staged is readable at once, while it is written, and after', async (t) => {
  const { store, cold, put, remove, get } = coldOf(() => 2);
  await store.putMany([Buffer.from('a'), Buffer.from('b')], [Buffer.from('old'), Buffer.from('old')]);
  put('a', 'new');
  put('c', 'new');
  remove('b');
  const now = ['new', undefined, 'new', undefined];
  t.strictSame(await get('a', 'b', 'c', 'd'), now, 'staged');
  t.strictSame(await read(store, ['a', 'b', 'c', 'd']), ['old', 'old', undefined, undefined]);
  const written = cold.flush();
  const during = get('a', 'b', 'c', 'd');
  t.strictSame(await during, now, 'while it is written');
  await written;
  t.strictSame(await get('a', 'b', 'c', 'd'), now, 'after');
  t.strictSame(await read(store, ['a', 'b', 'c', 'd']), now, 'in the store');
  t.equal(cold.staged, 0);
});

t.test('what is staged while a batch is being written goes with the next one', async (t) => {
  const { store, cold, put, remove, get } = coldOf(() => 2);
  put('a', '1');
  put('b', '1');
  const first = cold.flush();
  put('a', '2');
  remove('b');
  t.equal(cold.flush(), first, 'one batch at a time');
  t.strictSame(await get('a', 'b'), ['2', undefined]);
  await first;
  t.strictSame(await read(store, ['a', 'b']), ['1', '1']);
  t.strictSame(await get('a', 'b'), ['2', undefined]);
  await cold.flush();
  t.strictSame(await read(store, ['a', 'b']), ['2', undefined]);
  t.equal(cold.flush(), undefined, 'nothing to do');
  t.equal(cold.staged, 0);
});

t.test('a read that began before a batch was done does not bring back what was there before', async (t) => {
  // The read fetches at once and answers late; the write is done in between.
  const { store, cold, put } = coldOf();
  await store.putMany([Buffer.from('a')], [Buffer.from('old')]);
  put('a', 'new');
  let answer: () => void = () => {};
  const { getMany } = Object.getPrototypeOf(store) as Shaky;
  store.getMany = async (keys, take) => {
    const found: (Uint8Array | undefined)[] = [];
    await getMany.call(store, keys, (index, value) => {
      found[index] = value;
    });
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    for (const index of keys.keys()) take(index, found[index]);
  };
  const found = read(cold, ['a']);
  await cold.flush();
  answer();
  t.strictSame(await found, ['new']);
});

t.test('keys and values go in ascending order of the keys', async (t) => {
  const { store, cold, put } = coldOf();
  const given = ['b', 'a', 'é', 'c', '\0', 'ab'];
  for (const key of given) put(key, `value of ${key}`);
  let handed: string[][] = [];
  store.onPut = (keys, values) => {
    handed = keys.map((key, i) => [Buffer.from(key).toString(), Buffer.from(values[i]!).toString()]);
  };
  await cold.flush();
  t.strictSame(
    handed,
    ['\0', 'a', 'ab', 'b', 'c', 'é'].map((key) => [key, `value of ${key}`]),
  );
});

t.test('staged bytes count every key once, and both values while one is being written', async (t) => {
  const { cold, put, remove } = coldOf(() => 1);
  put('key', 'x'.repeat(1000));
  const one = cold.staged;
  t.ok(one > 1000);
  put('key', 'y'.repeat(1000));
  t.equal(cold.staged, one);
  const written = cold.flush();
  put('key', 'z'.repeat(1000));
  t.equal(cold.staged, 2 * one);
  remove('key');
  t.equal(cold.staged, 2 * one - 1000);
  await written;
  t.equal(cold.staged, one - 1000);
  await cold.flush();
  t.equal(cold.staged, 0);
});

t.test('a batch that fails is kept, and what has come since wins', async (t) => {
  const { store, cold, put, remove, get } = coldOf(() => 1);
  store.writeFails = full;
  put('a', '1');
  put('b', '1');
  put('c', '1');
  const failed = cold.flush();
  put('a', '2');
  remove('b');
  await failed;
  t.ok(cold.failing);
  t.strictSame(await get('a', 'b', 'c'), ['2', undefined, '1']);
  t.strictSame(await read(store, ['a', 'b', 'c']), [undefined, undefined, undefined]);
  store.writeFails = undefined;
  await cold.flush();
  t.notOk(cold.failing);
  t.strictSame(await read(store, ['a', 'b', 'c']), ['2', undefined, '1']);
  t.equal(cold.staged, 0);
});

t.test('a batch that fails half way is repeated whole', async (t) => {
  const { store, cold, put, remove, get } = coldOf(() => 1);
  await store.putMany([Buffer.from('gone')], [Buffer.from('old')]);
  store.deleteFails = full;
  put('a', '1');
  put('b', '1');
  remove('gone');
  const failed = cold.flush();
  put('a', '2');
  await failed;
  t.ok(cold.failing);
  t.strictSame(await get('a', 'b', 'gone'), ['2', '1', undefined]);
  t.ok(cold.staged > 0);
  store.deleteFails = undefined;
  put('gone', 'again');
  await cold.flush();
  t.strictSame(await read(store, ['a', 'b', 'gone']), ['2', '1', 'again']);
  t.equal(cold.staged, 0);
});

t.test('a store that fails is said once, tried again later, and said to work again', async (t) => {
  const { store, log, cold, put } = coldOf();
  t.notOk(cold.busy);
  store.writeFails = full;
  put('a', '1');
  for (let i = 0; i < 5; i++) await cold.flush();
  t.equal(log.lines.length, 1);
  t.match(log.lines[0], /^E! STATE_NOT_SAVED: ENOSPC no space left/);
  t.ok(cold.busy, 'it is not to be tried again yet');
  await cold.recovered();
  t.notOk(cold.busy, 'now it may be');
  t.ok(cold.failing);
  store.writeFails = undefined;
  await cold.flush();
  t.match(log.lines.slice(1), [/^I! /]);
  put('a', '2');
  await cold.flush();
  t.equal(log.lines.length, 2, 'only once');
  t.notOk(cold.busy);
});

t.test('what cannot be read throws, or rejects, as the store does', async (t) => {
  const [soon, late] = [coldOf(), coldOf(() => 1)];
  for (const { store, put, get } of [soon, late]) {
    put('a', '1');
    store.readFails = Object.assign(new Error('unreadable'), { code: 'EIO' });
    await t.rejects(get('a'), { code: 'EIO' });
  }
  t.throws(() => soon.cold.getMany([Buffer.from('a')], () => {}), { code: 'EIO' });
});

t.test('a store that answers at once is not waited for', async (t) => {
  const { cold, put } = coldOf();
  t.equal(
    cold.getMany([Buffer.from('a')], () => {}),
    undefined,
  );
  put('a', '1');
  t.equal(
    cold.getMany([Buffer.from('a'), Buffer.from('b')], () => {}),
    undefined,
  );
  t.equal(cold.reads, 3);
});

t.test('is what a map would be, over a store that fails and answers late', async () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', '\xff');
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: key, value: fc.string({ maxLength: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ remove: key }) },
    { weight: 3, arbitrary: fc.record({ get: fc.uniqueArray(key, { minLength: 1 }) }) },
    { weight: 3, arbitrary: fc.record({ flush: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ turns: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ fails: fc.constantFrom('write', 'delete', 'nothing') }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.option(fc.array(fc.nat(3), { minLength: 1, maxLength: 6 })),
      async (steps, turns) => {
        const { store, cold, put, remove } = coldOf(
          turns ? (call) => turns[call % turns.length]! : undefined,
        );
        // Every value that a key has had; undefined where there was none.
        const had = new Map<string, (string | undefined)[]>();
        const valuesOf = (key: string) => had.get(key) ?? [undefined];
        const reads: Promise<void>[] = [];
        for (const step of steps) {
          if ('put' in step) {
            had.set(step.put, [...valuesOf(step.put), step.value]);
            put(step.put, step.value);
          } else if ('remove' in step) {
            had.set(step.remove, [...valuesOf(step.remove), undefined]);
            remove(step.remove);
          } else if ('get' in step) {
            const since = step.get.map((key) => valuesOf(key).length - 1);
            const checked = read(cold, step.get).then((found) => {
              for (const [i, key] of step.get.entries()) {
                // What it was when it was asked for, or what it has become meanwhile.
                if (!valuesOf(key).slice(since[i]).includes(found[i]))
                  throw new Error(`${key} is ${found[i]}, and was ${valuesOf(key)} from ${since[i]} on`);
              }
            });
            reads.push(checked);
            checked.catch(() => {});
          } else if ('flush' in step) {
            const done = cold.flush();
            if (step.flush) await done;
          } else if ('turns' in step) {
            for (let turn = 0; turn < step.turns; turn++)
              await new Promise((resolve) => setImmediate(resolve));
          } else {
            store.writeFails = step.fails === 'write' ? full : undefined;
            store.deleteFails = step.fails === 'delete' ? full : undefined;
          }
        }
        await Promise.all(reads);
        store.writeFails = undefined;
        store.deleteFails = undefined;
        for (let i = 0; i < 3; i++) await cold.flush();
        const keys = [...had.keys()];
        const last = keys.map((key) => valuesOf(key).at(-1));
        if (String(await read(store, keys)) !== String(last)) throw new Error('the store has something else');
        return cold.staged === 0 && !cold.failing && store.mostWriting <= 1;
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('behind the hot tier: memory', async (t) => {
  checkStore(t, {
    open: async () => new Behind(await memory.open({ path: '', sync: false, readOnly: false })),
  });
});

t.test('behind the hot tier: lmdb', async (t) => {
  checkStore(t, { open: openBehindLmdb, module: new URL('../support/behind.js', import.meta.url) });
});
