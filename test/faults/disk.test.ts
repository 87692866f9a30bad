/** A disk that is full, cannot be written, or gives back other bytes: the points flow, and the log says what is lost. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { CATALOG_KEY } from '../../src/catalog.ts';
import { uniform } from '../../src/math/random.ts';
import type { Store } from '../../src/store.ts';
import { Child } from '../support/child.ts';
import { smallDisk } from '../support/disk.ts';
import { zscoreConfig } from '../support/exactness.ts';
import { undisturbed } from '../support/faulty.ts';
import { headerOf, type Kept, readCatalog, readKept } from '../support/kept.ts';
import { stream } from '../support/stream.ts';

/** A line that says the same comes once a minute, tries come once a second. */
const SEVERAL_TRIES = 2500;
const TELEGRAF_WAITS = 10_000;
const FLIPS = 10;
const SEED = 11;

const LOAD = { tagSets: 3000, rounds: 13, fields: 2 };
const config = (path: string) => `
  [state]
    path = "${path}"
    memory = "64MiB"
    snapshot_interval = "100ms"
  [[detectors.zscore]]
    warmup = 5
    threshold = 20`;

const chunks = [...stream(LOAD)];
const expected = await undisturbed(zscoreConfig(), LOAD);
const [A_THIRD, TWO_THIRDS, LAST] = [1, 2, 3].map((third) => Math.floor((chunks.length * third) / 3.5)) as [
  number,
  number,
  number,
];
t.ok(expected.counts.flagged > 2, `${expected.counts.flagged} points are flagged`);

function start(t: Test, path: string): Promise<Child> {
  return Child.start(t, { files: { 'anomaly.toml': config(path) } });
}

/** Feeds the chunks [from, to), and waits until just what is expected has come out. */
async function pass(t: Test, child: Child, from: number, to: number): Promise<void> {
  const before = child.output.length;
  const out = Buffer.concat(expected.chunks.slice(from, to));
  for (const chunk of chunks.slice(from, to)) await child.write(chunk);
  await child.until('the points are out', () => child.output.length >= before + out.length);
  t.ok(child.output.subarray(before).equals(out), `chunks ${from} to ${to} come out as they should`);
}

async function reading<T>(path: string, read: (store: Store) => Promise<T>): Promise<T> {
  const store = await lmdb.open({ path: join(path, 'store'), sync: false, readOnly: true });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}

async function keptIn(path: string): Promise<Kept> {
  return (await reading(path, readKept))!;
}

async function untilSaved(path: string): Promise<void> {
  const since = Date.now();
  await reading(path, async (store) => {
    for (let tries = 0; ((await readCatalog(store))?.savedAt ?? 0) <= since; tries++) {
      if (tries > 1000) throw new Error('nothing is saved');
      await delay(10);
    }
  });
}

t.test('a disk that is full for a while', async (t) => {
  const disk = smallDisk(t, '16m');
  if (disk === undefined) return;
  const path = join(disk.path, 'state');
  const child = await start(t, path);
  await pass(t, child, 0, A_THIRD);
  await untilSaved(path);
  disk.fill();
  await pass(t, child, A_THIRD, TWO_THIRDS);
  await child.until('it is told', () => child.logged('E! ').length > 0);
  await delay(SEVERAL_TRIES);
  t.match(child.logged('E! ').join('\n'), /^.*STATE_NOT_SAVED: STORE_FULL .*make room.*$/);
  disk.makeRoom();
  await child.until('it says so', () =>
    child.logged('I! ').some((line) => line.includes('being saved again')),
  );
  await pass(t, child, TWO_THIRDS, LAST);
  t.equal((await child.end()).code, 0);
  t.equal(child.logged('E! ').length, 1);

  const next = await start(t, path);
  await pass(t, next, LAST, chunks.length);
  t.equal((await next.end()).code, 0);
  t.strictSame([...next.logged('E! '), ...next.logged('W! ')], []);
  const { rows, wrong } = await keptIn(path);
  t.strictSame(wrong, []);
  t.equal(rows.size, expected.rows.size);
  t.ok(
    [...expected.rows].every(([name, row]) => rows.get(name)?.equals(row)),
    'nothing was lost',
  );
});

t.test('a disk that is full to the end', async (t) => {
  const disk = smallDisk(t, '16m');
  if (disk === undefined) return;
  const path = join(disk.path, 'state');
  const child = await start(t, path);
  await pass(t, child, 0, A_THIRD);
  await untilSaved(path);
  const before = await keptIn(path);
  disk.fill();
  await pass(t, child, A_THIRD, TWO_THIRDS);
  const ended = performance.now();
  const { code, at } = await child.end();
  t.equal(code, 0);
  t.ok(at - ended < TELEGRAF_WAITS, `gone ${at - ended} ms after the end of stdin`);
  t.match(child.logged('E! ').at(-1), /STATE_NOT_SAVED: .*is lost/);
  const after = await keptIn(path);
  t.strictSame(after.wrong, []);
  t.strictSame(after.rows, before.rows, 'what was there is there still');
});

t.test('a disk that is full, or read-only, from the start', async (t) => {
  for (const [size, readOnly, told] of [
    ['64k', false, 'STORE_FULL'],
    ['16m', true, 'LOCK_FAILED'],
  ] as const) {
    const disk = smallDisk(t, size);
    if (disk === undefined) return;
    if (readOnly) disk.makeReadOnly();
    const child = await start(t, join(disk.path, 'state'));
    await pass(t, child, 0, TWO_THIRDS);
    t.equal((await child.end()).code, 0);
    t.equal(child.logged('E! ').length, 1);
    t.match(child.logged('E! ')[0], new RegExp(`${told}: .*in memory only.*${disk.path}`));
  }
});

t.test('a directory that cannot be made', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file', 'state');
  const child = await start(t, path);
  await pass(t, child, 0, TWO_THIRDS);
  t.equal((await child.end()).code, 0);
  t.equal(child.logged('E! ').length, 1);
  t.match(child.logged('E! ')[0], /LOCK_FAILED: .*in memory only/);
});

/** A state that a child has left, and the bytes of its file. */
async function learned(t: Test) {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const child = await start(t, path);
  await pass(t, child, 0, LAST);
  t.equal((await child.end()).code, 0);
  const file = join(path, 'store', 'state.mdb');
  return { path, file, bytes: readFileSync(file) };
}

/** A line each, less what we add to it: the numbers of the time and the values. */
function bare(text: string): string {
  return text.replaceAll(/,anomaly\w*=("[^"]*"|[^ ,]*)/g, '');
}

/** Gives the rest of the stream to a child, whatever it still knows, and answers what the store has then. */
async function goOn(t: Test, path: string): Promise<{ child: Child; kept: Kept }> {
  const child = await start(t, path);
  const input = Buffer.concat(chunks.slice(LAST));
  await child.write(input);
  await child.until('all is out', () => child.output.length >= input.length);
  t.equal((await child.end()).code, 0);
  t.ok(bare(child.text) === input.toString(), 'every point is out');
  t.strictSame(child.logged('E! '), []);
  return { child, kept: await keptIn(path) };
}

t.test('a file that was cut short is set aside', async (t) => {
  const { path, file, bytes } = await learned(t);
  truncateSync(file, bytes.length >> 1);
  const { child } = await goOn(t, path);
  t.equal(child.logged('W! ').length, 1);
  t.match(child.logged('W! ')[0], /STATE_DAMAGED: .*cut short.*learned anew/);
  t.ok(readdirSync(join(path, 'store')).some((name) => name.startsWith('state.mdb.damaged-')));
});

t.test('a catalog that is damaged is told of', async (t) => {
  const { path } = await learned(t);
  const store = await lmdb.open({ path: join(path, 'store'), sync: false, readOnly: false });
  await store.putMany([CATALOG_KEY], [Buffer.from('the shopping list')]);
  await store.close();
  const { child, kept } = await goOn(t, path);
  t.match(child.logged('W! '), [/STATE_DAMAGED: the catalog/]);
  t.equal(kept.catalog.session, 1);
});

t.test('bits that have turned over cost what they belong to', async (t) => {
  const { path, file, bytes } = await learned(t);
  let setAside = 0;
  let some = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    const damaged = Buffer.from(bytes);
    // A few at once, since a state of some MB has room for many.
    for (let bit = 0; bit < 8; bit++) {
      damaged[Math.floor(uniform(SEED, flip, bit) * bytes.length)]! ^= 1 << (bit % 8);
    }
    rmSync(join(path, 'store'), { recursive: true });
    mkdirSync(join(path, 'store'));
    writeFileSync(file, damaged);
    const { child, kept } = await goOn(t, path);
    if (child.logged('W! ').length > 0) {
      setAside++;
      t.match(child.logged('W! '), [/STATE_DAMAGED: /]);
      continue;
    }
    const counts = [...kept.rows.values()].map((row) => headerOf(row).count);
    const whole = counts.filter((count) => count === LOAD.rounds).length;
    t.ok(whole > 0.8 * expected.rows.size, `${whole} of ${expected.rows.size} rows are as they should be`);
    if (whole < expected.rows.size) some++;
  }
  t.comment(`${setAside} of ${FLIPS} files were set aside, ${some} had lost some rows`);
  t.ok(setAside > 0 && some > 0);
});
