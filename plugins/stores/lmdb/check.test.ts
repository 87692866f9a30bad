/** A sound file is never called damaged, and what is called sound ends no process. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { uniform } from '../../../src/math/random.ts';
import { damageOf } from './check.ts';
import lmdb from './lmdb.ts';

const open = async (path: string) => await lmdb.open({ path, sync: false, readOnly: false });
const key = (number: number) => Buffer.from(`${number % 3 === 0 ? 'p' : 'tag set '}${number}`);

/** Bits of a page's first bytes, where its bookkeeping is, are tried more often than those of values. */
const BOOKKEEPING = 128;
const PAGE = 4096;
const FLIPS = 24;
const SEED = 7;

t.test('a file is sound after any work', async (t) => {
  const path = t.testdir();
  const file = join(path, 'state.mdb');
  const entry = fc.tuple(fc.nat(400), fc.constantFrom(1, 90, 2000, 4040, 4080, 9000));
  const batch = fc.record({ put: fc.array(entry, { maxLength: 120 }), remove: fc.array(fc.nat(400)) });
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 8 }), async (batches) => {
      const store = await open(path);
      for (const { put, remove } of batches) {
        await store.putMany(
          put.map(([number]) => key(number)),
          put.map(([, length]) => new Uint8Array(length)),
        );
        await store.delete(remove.map(key));
      }
      await store.close();
      const damage = damageOf(file);
      if (damage !== undefined) throw new Error(damage);
    }),
    { numRuns: 40 },
  );
  t.ok(readFileSync(file).length > 100 * PAGE);
});

t.test('no flipped bit of its bookkeeping ends the process', async (t) => {
  const path = t.testdir({ flipped: {} });
  const store = await open(path);
  const numbers = Array.from({ length: 3000 }, (_, number) => number);
  for (let round = 0; round < 3; round++) {
    const some = numbers.filter((number) => number % (round + 1) === 0);
    await store.putMany(
      some.map(key),
      some.map((number) => new Uint8Array(number % 3 === 0 ? 4040 : 90)),
    );
  }
  await store.close();
  const sound = readFileSync(join(path, 'state.mdb'));
  t.equal(damageOf(join(path, 'state.mdb')), undefined);
  const pages = numbers.filter((page) => [1, 2, 4, 8].includes(sound[page * PAGE + 18] ?? 0));
  const script = `
    import lmdb from ${JSON.stringify(new URL('./lmdb.js', import.meta.url).href)};
    const store = await lmdb.open({ path: process.argv[1], sync: false, readOnly: false });
    const keys = store.keys(Buffer.alloc(0), undefined, 1e6);
    store.getMany(keys, () => {});
    if (keys.length > 0) await store.putMany(keys, keys.map(() => new Uint8Array(200))).catch(() => {});
    await store.close().catch(() => {});
    console.log(store.warnings.length);
  `;
  let found = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    const chance = (what: number) => uniform(SEED, flip, what);
    const page = pages[Math.floor(chance(0) * pages.length)]!;
    const at = page * PAGE + Math.floor(chance(1) * BOOKKEEPING);
    const bytes = Buffer.from(sound);
    bytes[at]! ^= 1 << Math.floor(chance(2) * 8);
    writeFileSync(join(path, 'flipped', 'state.mdb'), bytes);
    const { signal, stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', script, join(path, 'flipped')],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8' },
    );
    found += Number(stdout === '1\n');
    if (signal !== null) t.fail(`page ${page} at ${at % PAGE}: ${signal}`);
  }
  t.ok(found > 0, `${found} of ${FLIPS} were found`);
});
