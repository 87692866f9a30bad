/**
 * A stream of which it is known what comes out and what is learned from it, for children with a state directory that
 * something happens to.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import type { Store } from '../../src/store.ts';
import { Child } from './child.ts';
import { zscoreConfig } from './exactness.ts';
import { undisturbed } from './faulty.ts';
import { type Kept, readCatalog, readKept } from './kept.ts';
import { stream } from './stream.ts';

export const LOAD = { tagSets: 3000, rounds: 13, fields: 2 };
export const chunks = [...stream(LOAD)];
/** What it comes to where nothing happens. */
export const expected = await undisturbed(zscoreConfig(), LOAD);
if (expected.counts.flagged < 3) throw new Error(`only ${expected.counts.flagged} points are flagged`);

/** Numbers of chunks: what comes before, meanwhile and after. */
export const A_THIRD = Math.floor(chunks.length / 3.5);
export const TWO_THIRDS = Math.floor((chunks.length * 2) / 3.5);
export const LAST = Math.floor((chunks.length * 3) / 3.5);

const SAVED_WITHIN_MILLISECONDS = 90_000;

const config = (path: string) => `
  [state]
    path = "${path}"
    memory = "64MiB"
    snapshot_interval = "100ms"
  [[detectors.zscore]]
    counter = "off"
    warmup = 5
    threshold = 20
    hysteresis = 1.0
    accept_after = "0s"`;

/** A child with its state there. */
export function startAt(t: Test, path: string): Promise<Child> {
  return Child.start(t, { files: { 'anomaly.toml': config(path) } });
}

/** Feeds the chunks [from, to), and waits until just what is expected has come out. */
export async function pass(t: Test, child: Child, from: number, to: number): Promise<void> {
  const before = child.output.length;
  const out = Buffer.concat(expected.chunks.slice(from, to));
  for (const chunk of chunks.slice(from, to)) await child.write(chunk);
  await child.until('the points are out', () => child.output.length >= before + out.length);
  t.ok(child.output.subarray(before).equals(out), `chunks ${from} to ${to} come out as they should`);
}

export async function keptIn(path: string): Promise<Kept> {
  return (await reading(path, readKept))!;
}

/** Until what is known by now has been saved: by a snapshot that begins later. */
export async function untilSaved(path: string): Promise<void> {
  await reading(path, async (store) => {
    const deadline = performance.now() + SAVED_WITHIN_MILLISECONDS;
    // One may be at work now.
    for (let since = Date.now(), snapshots = 0; snapshots < 2; await delay(5)) {
      if (performance.now() > deadline) throw new Error('nothing is saved');
      const savedAt = (await readCatalog(store))?.savedAt ?? 0;
      if (savedAt <= since) continue;
      since = savedAt;
      snapshots++;
    }
  });
}

/** Whether the rows are the same, each of them. */
export function sameRows(rows: Kept['rows'], others: Kept['rows']): boolean {
  return rows.size === others.size && [...others].every(([name, row]) => rows.get(name)?.equals(row));
}

async function reading<T>(path: string, read: (store: Store) => Promise<T>): Promise<T> {
  const store = await lmdb.open({ path: join(path, 'store'), sync: false, readOnly: true });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}
