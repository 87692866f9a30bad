/**
 * What every store must do. `checkStore` runs it on whatever opens: a plugin, or a layer over one. What a store
 * cannot do is asked of its capabilities, never of its name.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Test } from 'tap';
import type { Store } from '../../src/store.ts';

export interface StoreUnderTest {
  /** Opens the store of a directory; again after a close, it is the same one. */
  open(directory: string): Store | Promise<Store>;
  /** A module whose default export is `open`, for a child process that is killed; needed where it is durable. */
  readonly module?: URL;
}

/** A batch of the process that is killed: so many keys, with the batch's number in every value. */
export const BATCH = 40;
export const VALUE_LENGTH = 4040;
const KILLS = 5;
const LARGEST = 16 << 20;

const bytes = (...numbers: number[]) => Uint8Array.from(numbers);
const text = (word: string) => new TextEncoder().encode(word);
const filled = (length: number, seed: number) =>
  new Uint8Array(length).map((_, at) => seed + at * 31 + (at >> 8));
const hex = (value: Uint8Array | undefined) => value && Buffer.from(value).toString('hex');

/** Copies of the values, and the order in which they came. */
export async function read(store: Store, keys: readonly Uint8Array[]) {
  const found: (Uint8Array | undefined)[] = [];
  const order: number[] = [];
  await store.getMany(keys, (index, value) => {
    order.push(index);
    found[index] = value && Uint8Array.from(value);
  });
  return { found, order };
}

/** The key of an entry of a batch. */
export function batchKey(batch: number, entry: number): Uint8Array {
  const key = Buffer.alloc(9, 'p');
  key.writeUInt32BE(entry, 1);
  key.writeUInt32BE(batch, 5);
  return key;
}

type Property = (t: Test, open: () => Promise<Store>, under: StoreUnderTest) => Promise<void>;

/** By name. `open` opens the store of the test's own directory. */
const properties: Record<string, Property> = {
  'values come in the order of the keys, undefined where there is none': async (t, open) => {
    const store = await open();
    await store.putMany([text('a'), text('c')], [bytes(1), bytes(3)]);
    const { found, order } = await read(store, [text('c'), text('b'), text('a'), text('c')]);
    t.strictSame(order, [0, 1, 2, 3]);
    t.strictSame(found.map(hex), ['03', undefined, '01', '03']);
    await store.close();
  },

  'nothing to do is done': async (t, open) => {
    const store = await open();
    await store.putMany([], []);
    await store.delete([]);
    t.strictSame(await read(store, []), { found: [], order: [] });
    t.strictSame(await store.keys(text('a'), undefined, 10), []);
    await store.close();
  },

  'of one key given twice the last value counts': async (t, open) => {
    const store = await open();
    await store.putMany([text('a'), text('b'), text('a')], [bytes(1), bytes(2), bytes(3)]);
    t.strictSame((await read(store, [text('a'), text('b')])).found.map(hex), ['03', '02']);
    t.strictSame((await store.keys(text(''), undefined, 10)).map(hex), ['61', '62']);
    await store.close();
  },

  'a value takes the place of a shorter and of a longer one': async (t, open) => {
    const store = await open();
    for (const length of [10, 5000, 1, 4080]) {
      await store.putMany([text('a')], [filled(length, length)]);
      t.equal(hex((await read(store, [text('a')])).found[0]), hex(filled(length, length)), `${length} bytes`);
    }
    await store.close();
  },

  'a key is any bytes, up to the longest': async (t, open) => {
    const store = await open();
    const keys = [
      bytes(0),
      bytes(0, 0),
      bytes(0, 0xff),
      bytes(0xff),
      bytes(0xff, 0),
      bytes(0xff, 0xff),
      text('a\0b'),
      filled(1100, 3),
      new Uint8Array(1100),
      new Uint8Array(1100).fill(0xff),
      new Uint8Array(1099).fill(0xff),
    ];
    await store.putMany(
      keys,
      keys.map((_, at) => bytes(at)),
    );
    t.strictSame(
      (await read(store, keys)).found.map(hex),
      keys.map((_, at) => hex(bytes(at))),
    );
    const sorted = keys.map((key) => Buffer.from(key)).sort(Buffer.compare);
    t.strictSame((await store.keys(bytes(), undefined, 100)).map(hex), sorted.map(hex), 'ascending by bytes');
    await store.close();
  },

  'a value has 1 byte to 16 MiB, and may be a view': async (t, open) => {
    const store = await open();
    for (const length of [1, 4080, 4097, 1 << 20, LARGEST]) {
      const whole = filled(length + 5, length);
      const view = whole.subarray(3, 3 + length);
      await store.putMany([text(`value of ${length}`)], [view]);
      const [found] = (await read(store, [text(`value of ${length}`)])).found;
      t.equal(found?.length, length);
      t.ok(Buffer.compare(found!, view) === 0, `${length} bytes`);
    }
    const shared = filled(4040 * 50, 9);
    const keys = Array.from({ length: 50 }, (_, at) => batchKey(0, at));
    await store.putMany(
      keys,
      keys.map((_, at) => shared.subarray(at * 4040, (at + 1) * 4040)),
    );
    t.ok(
      Buffer.concat((await read(store, keys)).found as Uint8Array[]).equals(shared),
      'views of one buffer',
    );
    await store.close();
  },

  'what is read is all of the buffer that is handed out': async (t, open) => {
    const store = await open();
    await store.putMany([text('a'), text('b')], [filled(4080, 1), filled(7, 2)]);
    const lengths: number[][] = [];
    await store.getMany([text('a'), text('b')], (_, value) => {
      lengths.push([value!.length, value!.byteLength, value!.subarray().length]);
    });
    t.strictSame(lengths, [
      [4080, 4080, 4080],
      [7, 7, 7],
    ]);
    await store.close();
  },

  'keys and values are the caller’s again once they are written': async (t, open) => {
    const store = await open();
    // A Buffer too: its slice() is no copy.
    for (const kind of [Buffer, Uint8Array]) {
      const key = kind.from(text(kind.name));
      const value = kind.from(filled(4080, 1));
      await store.putMany([key], [value]);
      key.fill(0);
      value.fill(0);
      const found = (await read(store, [text(kind.name)])).found[0];
      t.equal(hex(found), hex(filled(4080, 1)), kind.name);
    }
    await store.close();
  },

  'keys are listed by prefix, page by page': async (t, open) => {
    const store = await open();
    const words = ['a', 'b', 'b1', 'b2', 'b3', 'c'].map(text);
    const odd = [bytes(0x62, 0xff), bytes(0x62, 0xff, 0), bytes(0x62, 0xff, 0xff), bytes(0xff, 0xff)];
    await store.putMany([...words, ...odd], [...words, ...odd]);
    const list = async (prefix: Uint8Array, after: Uint8Array | undefined, limit: number) =>
      (await store.keys(prefix, after, limit)).map((key) => Buffer.from(key).toString('latin1'));
    t.strictSame(await list(text('b'), undefined, 3), ['b', 'b1', 'b2']);
    t.strictSame(await list(text('b'), text('b2'), 3), ['b3', 'b\xff', 'b\xff\0']);
    t.strictSame(await list(text('b'), text('b11'), 1), ['b2'], 'after a key that is not there');
    t.strictSame(await list(text('b'), text('a'), 1), ['b'], 'after one before the prefix');
    t.strictSame(await list(text('b'), text('c'), 9), [], 'after one beyond the prefix');
    t.strictSame(await list(text('b'), text('b'), 0), []);
    t.strictSame(await list(bytes(0x62, 0xff), undefined, 9), ['b\xff', 'b\xff\0', 'b\xff\xff']);
    t.strictSame(await list(bytes(0xff), undefined, 9), ['\xff\xff']);
    t.strictSame(await list(bytes(0xff, 0xff), bytes(0xff, 0xff), 9), []);
    t.equal((await list(bytes(), undefined, 100)).length, 10);
    await store.close();
  },

  'deleted is gone, and a key that is not there is no error': async (t, open) => {
    const store = await open();
    await store.putMany([text('a'), text('b'), text('c')], [bytes(1), bytes(2), bytes(3)]);
    await store.delete([text('c'), text('nothing'), text('a'), text('a')]);
    t.strictSame((await read(store, [text('a'), text('b'), text('c')])).found.map(hex), [
      undefined,
      '02',
      undefined,
    ]);
    t.strictSame((await store.keys(bytes(), undefined, 9)).map(hex), ['62']);
    await store.putMany([text('a')], [bytes(4)]);
    t.strictSame((await read(store, [text('a')])).found.map(hex), ['04'], 'and can come back');
    await store.close();
  },

  'writes that overlap are all there, in their order': async (t, open) => {
    const store = await open();
    const writes = Array.from({ length: 20 }, async (_, at) => {
      await store.putMany([text('same'), batchKey(at, 0)], [bytes(at), filled(4040, at)]);
    });
    await Promise.all(writes);
    t.strictSame((await read(store, [text('same')])).found.map(hex), [hex(bytes(19))]);
    t.equal((await store.keys(text('p'), undefined, 99)).length, 20);
    await store.close();
  },

  'is what a map would be': async (t, open) => {
    const store = await open();
    // Few and short keys, so that they meet; of bytes that sort and end prefixes in odd ways.
    const key = fc
      .array(fc.constantFrom(0, 1, 0x61, 0xfe, 0xff), { minLength: 1, maxLength: 4 })
      .map((numbers) => Uint8Array.from(numbers));
    const value = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const step = fc.oneof(
      fc.record({ put: fc.array(fc.tuple(key, value), { maxLength: 8 }) }),
      fc.record({ remove: fc.array(key, { maxLength: 4 }) }),
      fc.record({ prefix: key, after: fc.option(key), limit: fc.nat(6) }),
    );
    const right = fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await store.delete(await store.keys(bytes(), undefined, 10_000));
        const model = new Map<string, string>();
        for (const step of steps) {
          if ('put' in step) {
            await store.putMany(
              step.put.map(([key]) => key),
              step.put.map(([, value]) => value),
            );
            for (const [key, value] of step.put) model.set(hex(key)!, hex(value)!);
          } else if ('remove' in step) {
            await store.delete(step.remove);
            for (const key of step.remove) model.delete(hex(key)!);
          } else {
            const listed = await store.keys(step.prefix, step.after ?? undefined, step.limit);
            const after = step.after === null ? '' : hex(step.after)!;
            const wanted = [...model.keys()]
              .filter((name) => name.startsWith(hex(step.prefix)!) && name > after)
              .sort()
              .slice(0, step.limit);
            if (String(listed.map(hex)) !== String(wanted)) return false;
          }
        }
        const names = [...model.keys()];
        const { found } = await read(
          store,
          names.map((name) => Buffer.from(name, 'hex')),
        );
        return names.every((name, at) => hex(found[at]) === model.get(name));
      }),
      { numRuns: 60 },
    );
    await t.resolves(right);
    await store.close();
  },

  'close waits for what is being written, and a reopened store has it': async (t, open) => {
    const first = await open();
    const writes = Array.from({ length: 8 }, (_, at) =>
      first.putMany([batchKey(at, 0)], [filled(100_000, at)]),
    );
    await first.close();
    await Promise.all(writes);
    if (!first.capabilities.durable) return void t.comment('not durable');
    const second = await open();
    const { found } = await read(
      second,
      writes.map((_, at) => batchKey(at, 0)),
    );
    t.ok(found.every((value, at) => hex(value) === hex(filled(100_000, at))));
    await second.close();
  },

  'a process that is killed leaves whole what was written, and nothing by halves': async (t, open, under) => {
    const store = await open();
    const { durable } = store.capabilities;
    await store.close();
    if (!durable) return void t.comment('not durable');
    if (under.module === undefined)
      throw new Error('a durable store needs `module`, for a process to be killed');
    let acknowledged = -1;
    for (let kill = 1; kill <= KILLS; kill++) {
      acknowledged = await writeUntilKilled(t.testdirName, under.module, acknowledged + 1, 3 * kill);
      const after = await open();
      t.strictSame(after.warnings ?? [], [], 'the file is sound');
      // The one that was being written may be there too.
      const keys = Array.from({ length: (acknowledged + 2) * BATCH }, (_, at) =>
        batchKey(Math.floor(at / BATCH), at % BATCH),
      );
      const { found } = await read(after, keys);
      for (let batch = 0; batch <= acknowledged + 1; batch++) {
        const values = found.slice(batch * BATCH, (batch + 1) * BATCH);
        const right = values.filter(
          (value) => value?.length === VALUE_LENGTH && value.every((byte) => byte === (batch & 0xff)),
        );
        const there = values.filter((value) => value !== undefined);
        if (right.length !== there.length) t.fail(`batch ${batch} has wrong values`);
        if (there.length !== BATCH && (batch <= acknowledged || there.length > 0))
          t.fail(`batch ${batch} of ${acknowledged} acknowledged: ${there.length} of ${BATCH}`);
      }
      await after.close();
    }
    t.ok(acknowledged >= KILLS, `${acknowledged} batches`);
  },
};

/** Starts a writer, kills it once it has told of so many batches, and gives the last that it told of. */
async function writeUntilKilled(
  directory: string,
  module: URL,
  from: number,
  batches: number,
): Promise<number> {
  const writer = fileURLToPath(new URL('./store-writer.js', import.meta.url));
  const child = spawn(process.execPath, [writer, module.href, directory, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = from - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last - from === batches) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.signalCode !== 'SIGKILL') throw new Error(`the writer ended by itself: ${child.exitCode}`);
  return last;
}

/** Adds one test for each property, each with a directory of its own. */
export function checkStore(t: Test, under: StoreUnderTest): void {
  for (const [name, property] of Object.entries(properties)) {
    t.test(name, async (t) => {
      const directory = t.testdir();
      await property(t, async () => await under.open(directory), under);
    });
  }
}
