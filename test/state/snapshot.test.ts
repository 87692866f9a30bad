import fc from 'fast-check';
import t from 'tap';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { decodeRecord } from '../../src/state/record.ts';
import { Snapshots } from '../../src/state/snapshot.ts';
import { finish } from '../../src/waiting.ts';
import { identity, roadOf, testLog } from '../support/road.ts';
import { Shaky } from '../support/shaky.ts';

const MEMORY = 64 << 20;
const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

async function begin(store: Shaky, memory = MEMORY, instance = identity) {
  const log = testLog();
  const hot = await finish(Hot.open(memory, new Cold(store, log)));
  const road = roadOf([{ instance }], {}, hot);
  return { hot, road, log, state: road.pipeline.watches[0]!.state, snapshots: new Snapshots(hot, 3600) };
}

/** So many series, each with one value. */
function points(series: number, time: number, from = 0): Buffer {
  return Buffer.from(Array.from({ length: series }, (_, i) => `m,s=${from + i} v=1 ${time}\n`).join(''));
}

/** Values learned, by series, of what the store has: read by another run, which is given values that are late. */
async function learned(below: Shaky, series: number): Promise<number[]> {
  const { hot, road, state } = await begin(new Shaky({}, below.below));
  return Array.from({ length: series }, (_, i) => {
    const text = Buffer.from(`m,s=${i} v=1 1\n`);
    road.pass(text);
    const row = state.rowOf(hot.table.first(idOf(hot, `m,s=${i}`)));
    const place = state.place(row);
    return state.page(place).f64[state.at(place) + 2]!;
  });
}

function idOf(hot: Hot, tagSet: string): number {
  for (let id = 0; id < hot.tagSets.size; id++) if (hot.tagSets.bytes(id).toString() === tagSet) return id;
  return -1;
}

t.test('finish saves everything, records and rows and the catalog', async (t) => {
  const store = new Shaky();
  const { hot, road, snapshots } = await begin(store);
  road.pass(points(300, 1000), points(100, 2000));
  const before = Date.now();
  t.ok(await snapshots.finish());
  t.equal(hot.cold!.staged, 0);
  t.ok(hot.catalog.savedAt >= before);
  t.ok(snapshots.duration > 0);
  const found = await learned(store, 300);
  t.ok(found.every((count, i) => count === (i < 100 ? 2 : 1)));
});

t.test('what changes while a snapshot is taken is in the next', async (t) => {
  const store = new Shaky({ delay: () => 2 });
  const { road, snapshots } = await begin(store);
  await road.pipeline.process(points(200, 1000));
  const first = new Promise<void>((resolve) => {
    store.onPut = () => {
      store.onPut = undefined;
      resolve();
    };
  });
  snapshots.start();
  await first;
  await road.pipeline.process(points(200, 2000));
  t.ok(await snapshots.finish());
  t.ok((await learned(store, 200)).every((count) => count === 2));
});

t.test('what has not changed is not written again', async (t) => {
  const store = new Shaky();
  const { hot, road } = await begin(store);
  road.pass(points(500, 1000));
  await new Snapshots(hot, 3600).finish();
  const written: string[] = [];
  store.onPut = (keys) => {
    written.push(...keys.map((key) => String.fromCharCode(key[0]!)));
  };
  await new Snapshots(hot, 3600).finish();
  t.strictSame(written, ['c'], 'the catalog alone');
  road.pass(points(1, 2000));
  written.length = 0;
  await new Snapshots(hot, 3600).finish();
  t.strictSame(written, ['c', 'p', 'c']);
});

t.test('between two slices points pass, and what is staged keeps its limit', async (t) => {
  const store = new Shaky();
  // One row a page: 24 slices.
  const { hot, road, snapshots } = await begin(store, 32 << 20, { ...identity, width: 500 });
  for (let i = 0; i < 6; i++) await road.pipeline.process(points(500, 1000, 500 * i));
  let batches = 0;
  let most = 0;
  store.onPut = () => {
    batches++;
    most = Math.max(most, hot.cold!.staged);
  };
  snapshots.start();
  let turns = 0;
  while (hot.catalog.savedAt === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    await road.pipeline.process(points(1, 2000 + turns));
    turns++;
  }
  t.ok(turns >= 20, `${turns} turns`);
  t.ok(batches > 2, `${batches} batches`);
  // A slice may be staged on top of the limit, and the names of 128 tag sets take less than that many pages.
  t.ok(most <= hot.stagedLimit + 128 * 4400, `at most ${most} bytes`);
  t.ok(await snapshots.finish());
});

t.test('records come before rows, whatever comes between', async () => {
  const step = fc.oneof(
    fc.record({ series: fc.integer({ min: 1, max: 400 }), from: fc.nat(2000) }),
    fc.record({ turns: fc.nat(3) }),
    fc.constant('snapshot' as const),
  );
  const memory = fc.integer({ min: 70, max: 200 }).map((kilobytes) => kilobytes << 10);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), memory, async (steps, memory) => {
      const store = new Shaky({ delay: (call) => call % 3 });
      const { hot, road, state } = await begin(store, memory);
      const named = new Set<number>();
      let unnamed = 0;
      store.onPut = (keys, values) => {
        for (const [i, key] of keys.entries()) {
          if (key[0] !== 0x74) continue;
          for (const { rows } of decodeRecord(key, values[i]!)!) if (rows.length > 0) named.add(rows[1]!);
        }
        for (const [i, key] of keys.entries()) {
          if (key[0] !== 0x70) continue;
          const page = Buffer.from(key).readUInt32BE(5);
          for (let row = 0; row < state.rowsPerPage; row++) {
            const bytes = values[i]!.subarray(8 * state.stride * row, 8 * state.stride * (row + 1));
            if (bytes.some((byte) => byte !== 0) && !named.has(page * state.rowsPerPage + row)) unnamed++;
          }
        }
      };
      const all: Snapshots[] = [];
      for (const [time, step] of steps.entries()) {
        if (step === 'snapshot') {
          all.push(new Snapshots(hot, 3600));
          all.at(-1)!.start();
        } else if ('series' in step) await road.pipeline.process(points(step.series, 1000 + time, step.from));
        else
          for (let turn = 0; turn < step.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      for (const snapshots of [...all, new Snapshots(hot, 3600)])
        if (!(await snapshots.finish())) return false;
      return unnamed === 0 && named.size === state.rows;
    }),
    { numRuns: 60 },
  );
});

t.test('a store that fails for good is given up, and one that recovers has it all', async (t) => {
  const store = new Shaky();
  const { hot, road, snapshots, log } = await begin(store, 1 << 20);
  store.writeFails = full;
  // More than may be staged.
  for (let i = 0; i < 40; i++) await road.pipeline.process(points(100, 1000, 100 * i));
  const first = await snapshots.finish();
  t.equal(first, false);
  t.ok(hot.cold!.staged > 0, 'it is kept');
  t.equal(hot.catalog.savedAt, 0);
  t.match(log.lines, [/STATE_NOT_SAVED/]);
  store.writeFails = undefined;
  t.equal(await new Snapshots(hot, 3600).finish(), true);
  t.equal(hot.cold!.staged, 0);
});

t.test('a store that fails while too much is staged is tried again', async (t) => {
  const store = new Shaky();
  const { hot, road, snapshots } = await begin(store, 1 << 20);
  road.pass(points(100, 1000));
  store.writeFails = full;
  hot.cold!.put(Buffer.from('x'), Buffer.alloc(hot.stagedLimit + 1));
  await hot.flush();
  t.ok(hot.cold!.failing);
  store.writeFails = undefined;
  t.ok(await snapshots.finish());
  t.equal(hot.cold!.staged, 0);
  t.ok((await learned(store, 100)).every((count) => count === 1));
});

t.test('without a store there is nothing to do', async (t) => {
  const hot = new Hot();
  roadOf([{}], {}, hot).pass(points(10, 1000));
  const snapshots = new Snapshots(hot, 3600);
  snapshots.start();
  t.ok(await snapshots.finish());
  snapshots.start();
  t.ok(await snapshots.finish(), 'what is finished does not begin again');
});
