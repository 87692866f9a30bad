/** A disk that is full or cannot be written: the points flow, the log says what is lost, and saving goes on later. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { smallDisk } from '../support/disk.ts';
import {
  A_THIRD,
  chunks,
  expected,
  keptIn,
  LAST,
  pass,
  sameRows,
  startAt,
  TWO_THIRDS,
  untilSaved,
} from '../support/known.ts';

/** A line that says the same comes once a minute, tries come once a second. */
const SEVERAL_TRIES = 2500;
const TELEGRAF_WAITS = 10_000;

t.test('a disk that is full for a while', async (t) => {
  const disk = smallDisk(t, '16m');
  if (disk === undefined) return;
  const path = join(disk.path, 'state');
  const child = await startAt(t, path);
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

  const next = await startAt(t, path);
  await pass(t, next, LAST, chunks.length);
  t.equal((await next.end()).code, 0);
  t.strictSame([...next.logged('E! '), ...next.logged('W! ')], []);
  const { rows, wrong } = await keptIn(path);
  t.strictSame(wrong, []);
  t.ok(sameRows(rows, expected.rows), 'nothing was lost');
});

t.test('a disk that is full to the end', async (t) => {
  const disk = smallDisk(t, '16m');
  if (disk === undefined) return;
  const path = join(disk.path, 'state');
  const child = await startAt(t, path);
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
  t.ok(sameRows(after.rows, before.rows), 'what was there is there still');
});

t.test('a disk that is full, or read-only, from the start', async (t) => {
  for (const [size, readOnly, told] of [
    ['64k', false, 'STORE_FULL'],
    ['16m', true, 'LOCK_FAILED'],
  ] as const) {
    const disk = smallDisk(t, size);
    if (disk === undefined) return;
    if (readOnly) disk.makeReadOnly();
    const child = await startAt(t, join(disk.path, 'state'));
    await pass(t, child, 0, TWO_THIRDS);
    t.equal((await child.end()).code, 0);
    t.equal(child.logged('E! ').length, 1);
    t.match(child.logged('E! ')[0], new RegExp(`${told}: .*in memory only.*${disk.path}`));
  }
});

t.test('a directory that is there, on a disk that cannot be written any more', async (t) => {
  const disk = smallDisk(t, '16m');
  if (disk === undefined) return;
  const path = join(disk.path, 'state');
  const child = await startAt(t, path);
  await pass(t, child, 0, A_THIRD);
  t.equal((await child.end()).code, 0);
  disk.makeReadOnly();
  const next = await startAt(t, path);
  await next.write(Buffer.concat(chunks.slice(A_THIRD)));
  t.equal((await next.end()).code, 0);
  t.equal(next.text.split('\n').length, Buffer.concat(chunks.slice(A_THIRD)).toString().split('\n').length);
  t.equal(next.logged('E! ').length, 1);
  t.match(next.logged('E! ')[0], /LOCK_FAILED: .*in memory only/);
});

t.test('a directory that cannot be made', async (t) => {
  const child = await startAt(t, '/dev/null/state');
  await pass(t, child, 0, TWO_THIRDS);
  t.equal((await child.end()).code, 0);
  t.equal(child.logged('E! ').length, 1);
  t.match(child.logged('E! ')[0], /LOCK_FAILED: .*in memory only/);
});
