/** A store that is slow, or out of order: no point waits for good, none is lost, and what can be learned is. */
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Config } from '../../src/config.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { zscoreConfig } from '../support/exactness.ts';
import { FaultyStore, roadOver, undisturbed } from '../support/faulty.ts';
import { headerOf, readKept } from '../support/kept.ts';
import { testLog } from '../support/road.ts';
import { type StreamOptions, stream, zipf } from '../support/stream.ts';

/** Room for a fraction of the rows, and for all of them. */
const SCARCE = 136 << 10;
const PLENTY = 16 << 20;
const LOAD: StreamOptions = { tagSets: 4000, rounds: 12, fields: 2 };

/** A z-score that never flags: what goes in is what comes out. */
function silentConfig(): Config {
  const config = zscoreConfig();
  const [first] = config.detectors;
  return { ...config, detectors: [{ ...first!, policy: { ...first!.policy, threshold: 1e300 } }] };
}

async function sound(t: Test, store: FaultyStore, what: string) {
  const kept = (await readKept(store.inner))!;
  t.strictSame(kept.wrong.slice(0, 5), [], what);
  return kept;
}

/** Whoever dies behind a batch leaves rows and records that agree. */
function soundAfterEach(t: Test, store: FaultyStore, batches: number): void {
  store.afterBatch = async () => {
    if (store.batches % batches === 0) await sound(t, store, `after ${store.batches} batches`);
  };
}

const config = zscoreConfig();
const expected = await undisturbed(config, LOAD);
t.ok(expected.counts.flagged > 2, `${expected.counts.flagged} points are flagged`);

for (const [name, load] of [
  ['series in turn', LOAD],
  ['some series more often', { ...LOAD, order: zipf(LOAD.tagSets) }],
] as const) {
  t.test(`a store slower than the stream, that answers by promises: ${name}`, async (t) => {
    const { chunks, rows } = await undisturbed(config, load);
    const store = new FaultyStore({ delay: load === LOAD ? 3 : 1 });
    const { process, snapshots, pipeline, log } = await roadOver(store, config, SCARCE);
    let different = 0;
    soundAfterEach(t, store, load === LOAD ? 20 : 500);
    for (const [i, chunk] of [...stream(load)].entries()) {
      if (!(await process(chunk)).equals(chunks[i]!)) different++;
    }
    t.equal(different, 0, 'no chunk comes out differently');
    t.ok(await snapshots.finish());
    t.ok(pipeline.recall.recalls > load.tagSets, `${pipeline.recall.recalls} recalls`);
    t.equal(pipeline.recall.unscored, 0);
    const kept = await sound(t, store, 'at the end');
    t.equal(kept.rows.size, rows.size);
    t.ok([...rows].every(([name, row]) => kept.rows.get(name)?.equals(row)));
    t.strictSame(log.lines, []);
  });
}

t.test('whoever dies behind a batch leaves rows and records that agree', async (t) => {
  // Half of the tag sets of a round are new.
  const load: StreamOptions = { tagSets: 2000, rounds: 16, order: (n, round) => n + 1000 * round };
  for (const memory of [SCARCE, PLENTY]) {
    const store = new FaultyStore({ delay: 2 });
    const { process, snapshots, log } = await roadOver(store, config, memory);
    soundAfterEach(t, store, memory === PLENTY ? 1 : 5);
    for (const chunk of stream(load)) await process(chunk);
    t.ok(await snapshots.finish());
    t.ok(store.batches > 20, `${store.batches} batches`);
    t.equal((await sound(t, store, 'at the end')).rows.size, 2000 + 15 * 1000);
    t.strictSame(log.lines, []);
  }
});

for (const [name, delay] of [
  ['at once', undefined],
  ['by promises', 1],
] as const) {
  t.test(`reads that fail now and then, ${name}: the points pass unscored`, async (t) => {
    const store = new FaultyStore(delay === undefined ? {} : { delay });
    const { process, snapshots, pipeline, log } = await roadOver(store, silentConfig(), SCARCE);
    store.faults.reads = 0.1;
    for (const chunk of stream(LOAD)) t.ok(chunk.equals(await process(chunk))) || t.bailout();
    store.faults.reads = 0;
    t.ok(await snapshots.finish());
    const { counts, recall } = pipeline;
    t.ok(store.failed > 5, `${store.failed} reads failed`);
    t.ok(recall.unscored > 0 && counts.values > 0, `${recall.unscored} values unscored`);
    t.equal(counts.values + recall.unscored, LOAD.tagSets * LOAD.rounds * 2, 'each is counted once');
    t.equal(counts.failures, 0);
    const { rows } = await sound(t, store, 'at the end');
    const learned = [...rows.values()].reduce((sum, row) => sum + headerOf(row).count, 0);
    t.equal(learned, counts.values, 'what was learned is in the store');
    t.equal(log.lines.length, 1);
    t.match(log.lines[0], /^E! STATE_UNREADABLE: /);
  });
}

t.test('batches that fail now and then are written later', async (t) => {
  const store = new FaultyStore({ delay: 1, writes: 0.5 });
  const { process, snapshots, log, hot } = await roadOver(store, config, PLENTY);
  const chunks = [...stream(LOAD)];
  soundAfterEach(t, store, 1);
  for (const [i, chunk] of chunks.entries()) {
    if (!(await process(chunk)).equals(expected.chunks[i]!)) t.fail(`chunk ${i} comes out differently`);
    // A batch that failed is tried again a second later.
    if (i % Math.ceil(chunks.length / 6) === 0) await delay(300);
  }
  t.ok(store.failed > 2, `${store.failed} batches failed`);
  store.faults.writes = 0;
  t.ok(await snapshots.finish());
  t.equal(hot.cold!.staged, 0);
  const { rows } = await sound(t, store, 'at the end');
  t.equal(rows.size, expected.rows.size);
  t.ok([...expected.rows].every(([name, row]) => rows.get(name)?.equals(row)));
  t.match(log.lines[0], /^E! STATE_NOT_SAVED: /);
  t.equal(log.lines.filter((line) => line.startsWith('E!')).length, 1, 'once a minute');
});

t.test(
  'where nothing can be written the memory holds, and what was held back is written at last',
  async (t) => {
    const store = new FaultyStore({});
    const { process, snapshots, pipeline, log, hot, cold } = await roadOver(store, silentConfig(), 2 << 20);
    const chunks = [...stream(LOAD)];
    const half = chunks.length >> 1;
    let most = 0;
    for (const [i, chunk] of chunks.entries()) {
      store.faults.writes = i >= 3 && i < half ? 1 : 0;
      if (i === half) {
        t.ok(cold.staged > hot.stagedLimit, 'more waits than may');
        for (let tries = 0; cold.failing && tries < 50; tries++) await delay(100);
        t.notOk(cold.failing, 'saving goes on by itself');
      }
      t.ok(chunk.equals(await process(chunk))) || t.bailout();
      most = Math.max(most, hot.bytes + cold.staged);
    }
    t.ok(await snapshots.finish());
    const { counts, recall } = pipeline;
    t.comment(`${recall.unscored} values unscored, at most ${most} bytes`);
    t.equal(counts.values + recall.unscored, LOAD.tagSets * LOAD.rounds * 2);
    const { rows } = await sound(t, store, 'at the end');
    const learned = [...rows.values()].reduce((sum, row) => sum + headerOf(row).count, 0);
    t.equal(learned, counts.values);
    t.match(log.lines[0], /^E! STATE_NOT_SAVED: .*out of order/);
    t.match(log.lines[1], /^I! the state is being saved again/);
  },
);

t.test('a batch that the memory cannot hold at once', async (t) => {
  const time = (second: number) => `${1_700_000_000 + second}000000000`;
  const fields = (round: number) =>
    Array.from({ length: 3000 }, (_, at) => `field_${at}=${(at * 7 + round * round) % 13}`).join(',');
  const wide = Array.from({ length: 8 }, (_, round) => `wide,host=a ${fields(round)} ${time(round)}\n`);
  // The last is one value far off.
  wide.push(`wide,host=a ${fields(9).replace('field_2999=', 'field_2999=99999')} ${time(9)}\n`);
  const crowd = (round: number) =>
    Array.from({ length: 2500 }, (_, n) => `crowd,host=${n} a=${(n * round) % 7} ${time(round)}\n`).join('');
  const unbounded = new Pipeline(config, testLog());
  const { process, pipeline, log, hot } = await roadOver(new FaultyStore({ delay: 1 }), config, SCARCE);
  for (const [round, point] of wide.entries()) {
    const chunk = Buffer.from(`${crowd(round)}${point}`);
    const out = await process(chunk);
    t.ok(out.equals(Buffer.from(await unbounded.process(chunk))), `round ${round}`);
    if (round === 8) t.match(out.toString(), 'anomaly_fields="field_2999"');
  }
  t.strictSame(pipeline.counts, unbounded.counts);
  t.ok(hot.frames.evictions > 100, `${hot.frames.evictions} evictions`);
  t.strictSame(log.lines, []);
});
