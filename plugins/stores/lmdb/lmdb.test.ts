/** What can go wrong with a file; the rest is test/conformance/store.test.ts. */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Store } from '../../../src/store.ts';
import { batchKey, read } from '../../../test/conformance/store.ts';
import { PARTS_REQUIRED } from '../../../test/support/parts.ts';
import { damageOf } from './check.ts';
import lmdb from './lmdb.ts';

const NOBODY = 65_534;

const open = async (path: string, readOnly = false) => await lmdb.open({ path, sync: false, readOnly });
const file = (path: string) => join(path, 'state.mdb');

/** Pages as the state has them: `count` of 4,040 bytes, the first in page `from`. */
async function write(store: Store, from: number, count: number, fill: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, at) => batchKey(from + at, 0));
  await store.putMany(
    keys,
    keys.map(() => new Uint8Array(4040).fill(fill)),
  );
}

async function count(store: Store): Promise<number> {
  const keys = await store.keys(Buffer.alloc(0), undefined, 1e6);
  const { found } = await read(store, keys);
  return found.filter((value) => value?.every((byte) => byte === value[0])).length;
}

/** A file system of so many bytes, really full when it is; undefined where none can be mounted. */
function smallDisk(t: Test, size: string): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path]);
  t.teardown(() => {
    if (mounted.status === 0) spawnSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  if (mounted.status === 0) return path;
  if (PARTS_REQUIRED) throw new Error(`tmpfs cannot be mounted: ${mounted.stderr}`);
  t.comment(`not run: tmpfs cannot be mounted: ${mounted.stderr}`);
  return undefined;
}

/** Runs `script` in a process of its own, with `open` and `write` as above, and gives what it prints. */
function inChild(path: string, script: string) {
  const here = fileURLToPath(import.meta.url);
  const source = `
    import lmdb from ${JSON.stringify(new URL('./lmdb.js', import.meta.url).href)};
    const path = ${JSON.stringify(path)};
    const open = () => lmdb.open({ path, sync: false, readOnly: false });
    const write = async (store, from, count) => {
      const keys = Array.from({ length: count }, (_, at) => Buffer.from('p' + String(from + at).padStart(8, '0')));
      return await store.putMany(keys, keys.map(() => new Uint8Array(4040))).then(() => 'written', (e) => e.code);
    };
    ${script}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: join(here, '..'),
    encoding: 'utf8',
  });
}

t.test('a full disk refuses writes, whole and quietly, until there is room', async (t) => {
  const path = smallDisk(t, '8m');
  if (path === undefined) return;
  const { stdout, stderr, status } = inChild(
    path,
    `
    import { rmSync, statfsSync, writeFileSync } from 'node:fs';
    const answers = [];
    const store = await open();
    for (let from = 0; from < 2000; from += 100) answers.push(await write(store, from, 100));
    // Now so full that LMDB itself must fail, though the check before it was passed: others write too.
    const { bavail, bsize } = statfsSync(path);
    writeFileSync(path + '/ballast', Buffer.alloc(bavail * bsize - 1200 * 1024));
    answers.push('ballast', await write(store, 5000, 4));
    rmSync(path + '/ballast');
    await store.delete(await store.keys(Buffer.from('p000000'), undefined, 200));
    answers.push('room', await write(store, 6000, 5));
    answers.push((await store.keys(Buffer.from('p'), undefined, 1e6)).length);
    await store.close();
    console.log(JSON.stringify(answers));`,
  );
  t.equal(status, 0);
  t.equal(stderr, '', 'no word of the library');
  const answers: (string | number)[] = JSON.parse(stdout);
  const full = answers.indexOf('STORE_FULL');
  t.ok(full > 2, `${full} batches before it is full`);
  t.ok(answers.slice(full, 20).every((answer) => answer === 'STORE_FULL'));
  t.equal(answers[answers.indexOf('room') + 1], 'written');
  t.equal(damageOf(file(path)), undefined);
});

t.test('a commit that fails in the library is an error, and the next one can succeed', async (t) => {
  const path = smallDisk(t, '8m');
  if (path === undefined) return;
  const { stdout, stderr, status } = inChild(
    path,
    `
    import fs from 'node:fs';
    const real = fs.statfsSync;
    const store = await open();
    const answers = [await write(store, 0, 100)];
    // Fills the disk behind the back of the check, between it and the commit.
    const free = () => { const { bavail, bsize } = real(path); return bavail * bsize; };
    const writing = write(store, 1000, 400);
    fs.writeFileSync(path + '/ballast', Buffer.alloc(Math.max(0, free() - 600 * 1024)));
    answers.push(await writing);
    fs.rmSync(path + '/ballast');
    answers.push(await write(store, 2000, 100), (await store.keys(Buffer.from('p'), undefined, 1e6)).length);
    await store.close();
    console.log(JSON.stringify(answers));`,
  );
  t.equal(status, 0, stderr);
  t.equal(stderr, '', 'no word of the library');
  t.strictSame(JSON.parse(stdout), ['written', 'STORE_FULL', 'written', 200]);
});

t.test('a full disk is an error when it is opened, and no signal', async (t) => {
  const path = smallDisk(t, '64k');
  if (path === undefined) return;
  const { stdout, status } = inChild(path, 'await open().catch((error) => console.log(error.code));');
  t.equal(status, 0);
  t.equal(stdout, 'STORE_FULL\n');
});

t.test('opened for reading only it reads, beside one that writes, and does not write', async (t) => {
  const path = t.testdir();
  await t.rejects(open(path, true), { code: 'STORE_NOT_FOUND' });
  const writer = await open(path);
  await write(writer, 0, 10, 1);
  await writer.close();
  const reader = await open(path, true);
  t.equal(await count(reader), 10);
  await t.rejects(async () => reader.putMany([batchKey(0, 0)], [Buffer.from('a')]), {
    code: 'STORE_READ_ONLY',
  });
  await t.rejects(async () => reader.delete([batchKey(0, 0)]), { code: 'STORE_READ_ONLY' });
  t.equal(await count(reader), 10);
  await reader.close();
});

t.test('a key or value that cannot be stored refuses all of its batch', async (t) => {
  const store = await open(t.testdir());
  const wrong: [Uint8Array, Uint8Array][] = [
    [new Uint8Array(0), new Uint8Array(1)],
    [new Uint8Array(1101), new Uint8Array(1)],
    [new Uint8Array(1), new Uint8Array(0)],
    [new Uint8Array(1), new Uint8Array((16 << 20) + 1)],
  ];
  for (const [key, value] of wrong) {
    const putting = async () => store.putMany([batchKey(0, 0), key], [Buffer.from('a'), value]);
    await t.rejects(putting, { code: 'STORE_INVALID' });
  }
  t.strictSame(await store.keys(Buffer.alloc(0), undefined, 9), []);
  await store.close();
});

t.test('a damaged file is moved aside, and the next one is begun', async (t) => {
  const damages: Record<string, (path: string) => void> = {
    'no file of LMDB': (path) => writeFileSync(file(path), 'the shopping list'.repeat(1000)),
    'cut short': (path) => truncateSync(file(path), statSync(file(path)).size >> 1),
    'cut to its head': (path) => truncateSync(file(path), 8192),
    'cut within its head': (path) => truncateSync(file(path), 100),
  };
  for (const [name, damage] of Object.entries(damages)) {
    const path = t.testdir();
    const before = await open(path);
    await write(before, 0, 200, 1);
    await before.close();
    damage(path);
    const bytes = readFileSync(file(path));
    await t.rejects(open(path, true), { code: 'STORE_DAMAGED' }, `${name}: not touched by a reader`);
    const store = await open(path);
    t.equal(store.warnings?.length, 1, name);
    const [aside] = readdirSync(path).filter((entry) => entry.startsWith('state.mdb.damaged-'));
    t.ok(readFileSync(join(path, aside!)).equals(bytes), 'nothing is thrown away');
    t.equal(await count(store), 0);
    await write(store, 0, 20, 2);
    t.equal(await count(store), 20);
    await store.close();
    const again = await open(path);
    t.strictSame(again.warnings, []);
    t.equal(await count(again), 20);
    await again.close();
  }
});

t.test('a lock file that LMDB could not map is made anew, or the store is refused', async (t) => {
  const path = t.testdir({ 'state.mdb-lock': {} });
  await t.rejects(open(path), { code: 'STORE_FAILED' });
  rmSync(join(path, 'state.mdb-lock'), { recursive: true });
  symlinkSync(join(path, 'nowhere'), join(path, 'state.mdb-lock'));
  await (await open(path)).close();
  t.ok(statSync(join(path, 'state.mdb-lock')).isFile());
});

t.test('a lock file of another user is made anew', async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  if (process.getuid?.() !== 0) {
    t.comment('not run: only root can be another user');
    return;
  }
  chownSync(path, NOBODY, NOBODY);
  writeFileSync(join(path, 'state.mdb-lock'), Buffer.alloc(4096), { mode: 0o600 });
  const here = process.geteuid!();
  // LMDB looks at the effective user, as the system does.
  process.setegid!(NOBODY);
  process.seteuid!(NOBODY);
  try {
    const store = await open(path);
    await write(store, 0, 1, 1);
    t.equal(await count(store), 1);
    await store.close();
  } finally {
    process.seteuid!(here);
    process.setegid!(here);
  }
  t.equal(statSync(join(path, 'state.mdb-lock')).uid, NOBODY);
});
