/** How rows reach the disk: each as an entry of its own, or in pages; in LMDB's tree, or at the end of a file. */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, statSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import lmdb from '../plugins/stores/lmdb/lmdb.ts';
import { uniform } from '../src/math/random.ts';
import { interleave, median, quick } from './support/measure.ts';
import { heading, note, table } from './support/report.ts';

const ROW = 40;
const ROWS_PER_PAGE = 101;
const PAGE = ROW * ROWS_PER_PAGE;
/** Entries of one write, so that a slice is about 1 MB whatever the layout. */
const SLICE = { row: 25_000, page: 250 };
const ROWS = quick ? 200_000 : 1_000_000;
const READS = 5000;
const ROUNDS = quick ? 3 : 5;

interface Result {
  readonly rows: number;
  readonly main: number;
  readonly reads: number;
  readonly megabytes: number;
}

/** A key as the state has it. */
function key(number: number): Uint8Array {
  const bytes = Buffer.alloc(9, 'p');
  bytes.writeUInt32BE(1, 1);
  bytes.writeUInt32BE(number, 5);
  return bytes;
}

/** The numbers of a write's entries, ascending: all in a run, or any of all. */
function numbers(count: number, slice: number, scattered: boolean): number[][] {
  const all = Array.from({ length: count }, (_, at) => at);
  if (scattered) {
    for (let at = count - 1; at > 0; at--) {
      const other = Math.floor(uniform(1, at, 0) * (at + 1));
      [all[at], all[other]] = [all[other]!, all[at]!];
    }
  }
  return Array.from({ length: Math.ceil(count / slice) }, (_, at) =>
    all.slice(at * slice, (at + 1) * slice).sort((one, other) => one - other),
  );
}

/** Writes all, then again all, as snapshots do, and measures the second time; then reads at random. */
async function inLmdb(kind: 'row' | 'page', scattered: boolean): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), 'bench-store-'));
  const store = await lmdb.open({ path, sync: false, readOnly: false });
  const count = kind === 'row' ? ROWS : Math.ceil(ROWS / ROWS_PER_PAGE);
  const length = kind === 'row' ? ROW : PAGE;
  const runs = (random: boolean) =>
    numbers(count, SLICE[kind], random).map((slice) => ({
      keys: slice.map(key),
      values: slice.map(() => new Uint8Array(length).fill(7)),
    }));
  for (const { keys, values } of runs(false)) await store.putMany(keys, values);
  const slices = runs(scattered);
  let main = 0;
  const start = performance.now();
  for (const { keys, values } of slices) {
    const before = performance.now();
    const written = store.putMany(keys, values);
    main += performance.now() - before;
    await written;
  }
  const wrote = performance.now() - start;
  const wanted = Array.from({ length: READS }, (_, at) => key(Math.floor(uniform(2, at, 0) * count)));
  const reading = performance.now();
  await store.getMany(wanted, () => {});
  const read = performance.now() - reading;
  await store.close();
  const megabytes = statSync(join(path, 'state.mdb')).size / 1e6;
  rmSync(path, { recursive: true });
  return { rows: (ROWS / wrote) * 1e3, main: (main * 1e3) / count, reads: (READS / read) * 1e3, megabytes };
}

/** The same slices of pages at the end of a file, twice; where they lie is known in memory. No compaction. */
async function inFile(): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), 'bench-store-'));
  const file = openSync(join(path, 'log'), 'w+');
  const append = promisify(write);
  const count = Math.ceil(ROWS / ROWS_PER_PAGE);
  const slices = numbers(count, SLICE.page, false).map((slice) =>
    Buffer.alloc(slice.length * (PAGE + key(0).length), 7),
  );
  for (const slice of slices) await append(file, slice);
  let main = 0;
  const start = performance.now();
  for (const slice of slices) {
    const before = performance.now();
    const written = append(file, slice);
    main += performance.now() - before;
    await written;
  }
  const wrote = performance.now() - start;
  const page = Buffer.alloc(PAGE);
  const reading = performance.now();
  for (let at = 0; at < READS; at++)
    readSync(file, page, 0, PAGE, Math.floor(uniform(2, at, 0) * count) * PAGE);
  const read = performance.now() - reading;
  const megabytes = fstatSync(file).size / 1e6;
  closeSync(file);
  rmSync(path, { recursive: true });
  return { rows: (ROWS / wrote) * 1e3, main: (main * 1e3) / count, reads: (READS / read) * 1e3, megabytes };
}

const results = await interleave(ROUNDS, {
  'LMDB, rows, dense': () => inLmdb('row', false),
  'LMDB, rows, scattered': () => inLmdb('row', true),
  'LMDB, pages, dense': () => inLmdb('page', false),
  'LMDB, pages, scattered': () => inLmdb('page', true),
  'end of a file, pages': inFile,
});

heading(
  'Rows to the disk',
  `${ROWS.toLocaleString('en-US')} rows of ${ROW} bytes, written a second time, not synced: each under its own key, or ` +
    `${ROWS_PER_PAGE} to a page. Slices of about 1 MB. Medians of ${ROUNDS} rounds.`,
);
table(
  ['layout', 'rows/s written', 'µs of the main thread an entry', 'entries/s read at random', 'MB'],
  Object.entries(results).map(([name, rounds]) => [
    name,
    median(rounds.map(({ rows }) => rows)),
    median(rounds.map(({ main }) => main)),
    median(rounds.map(({ reads }) => reads)),
    median(rounds.map(({ megabytes }) => megabytes)),
  ]),
);
note(
  'The end of a file has no compaction, no index on disk and no care for a torn end: it is the floor, not a store.',
);
