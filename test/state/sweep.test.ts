/** Sweeps free space, and nobody can tell from the points. */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Pipeline } from '../../src/pipeline.ts';
import { zscoreConfig } from '../support/exactness.ts';
import { contentsOf } from '../support/invariants.ts';
import { now, testLog } from '../support/road.ts';
import { lastingStore } from '../support/shaky.ts';
import { DAY, line, startRoad, swept } from '../support/sweeping.ts';

const HOSTS = [
  // Always there, under a new name every few days.
  (day: number, host: number) => ({
    name: `${host}-${Math.trunc((day + host) / 6)}`,
    isThere: true,
    lag: 0,
  }),
  // For a few days, and then away for longer than anything is remembered.
  (day: number, host: number) => ({ name: `${host}`, isThere: (day + host) % 19 < 3, lag: 0 }),
  (day: number, host: number) => ({ name: `${host}`, isThere: (day + host) % 5 < 2, lag: 0 }),
  // Every other day, so that all is remembered, and far behind the others.
  (day: number, host: number) => ({ name: `${host}`, isThere: (day + host) % 2 === 0, lag: 1.5 * DAY }),
];

/** Some days of points: hosts come and go, and come back. */
function* days(hosts: number, many: number, seed: number): Generator<string> {
  for (let day = 0; day < many; day++) {
    let text = '';
    for (let host = 0; host < hosts; host++) {
      const { name, isThere, lag } = HOSTS[host % HOSTS.length]!(day, host * 7 + seed);
      if (!isThere) continue;
      for (let n = 0; n < 8; n++) {
        const spike = (host + day * 8 + n + seed) % 41 === 0 ? 50 : 0;
        text += line(name, day * DAY + n * 1000 - lag, ((host * 31 + n * 17 + day) % 10) / 10 + spike);
      }
    }
    yield text;
  }
}

t.test(
  'what is swept at random moments changes no verdict, and frees space',
  { timeout: 400_000 },
  async (t) => {
    let freed = 0;
    let flagged = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.integer({ min: 20, max: 400 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        async (seed, hosts, chance) => {
          const store = lastingStore();
          let subject = await startRoad(store);
          const reference = new Pipeline(subject.config, testLog());
          let sweeping: Promise<unknown> = Promise.resolve();
          let sweepsNow = false;
          for (const day of days(hosts, 30, seed)) {
            const text = Buffer.from(day);
            // In pieces, so that a sweep has its slices between them.
            for (let from = 0; from < text.length; from += 8000) {
              const piece = text.subarray(from, from + 8000);
              const expected = Buffer.from(now(reference.process(piece))).toString();
              const found = Buffer.from(await subject.road.process(piece)).toString();
              if (found !== expected) throw new Error(`not the same:\n${found}\n${expected}`);
              const dice = chance.next().value!;
              if (dice > 5) await setImmediate();
              if (dice > 2 || sweepsNow) continue;
              sweepsNow = true;
              sweeping = subject.sweeps.sweep().then((swept) => {
                freed += swept?.tagSets ?? 0;
                sweepsNow = false;
              });
            }
            if (chance.next().value! > 0) continue;
            await subject.close(t);
            await sweeping;
            const { broken } = contentsOf(store);
            if (broken.length > 0) throw new Error(broken.join('\n'));
            subject = await startRoad(store);
          }
          await sweeping;
          await subject.close(t);
          const { broken } = contentsOf(store);
          if (broken.length > 0) throw new Error(broken.join('\n'));
          flagged += reference.counts.flagged;
        },
      ),
      { numRuns: 30 },
    );
    t.ok(freed > 500, `${freed} tag sets were freed`);
    t.ok(flagged > 500, `${flagged} points were flagged`);
  },
);

/** Two hosts that are gone, and one that is there much later; in the store, and cold. */
async function twoGone(t: Test, store = lastingStore()) {
  const before = await startRoad(store);
  for (let n = 0; n < 5; n++) before.pass(line('gone', n, n) + line('also-gone', n, n) + line('here', n, n));
  before.pass(line('here', 10 * DAY, 1));
  await before.close(t);
  return store;
}

t.test('records and rows of what is gone are free, and are used again', async (t) => {
  const store = await twoGone(t);
  const { sweeps, hot, pass, close, log } = await startRoad(store);
  t.same(await sweeps.sweep(), { tagSets: 2, rows: 4, lost: 0 });
  t.match(log.lines, [/^I! swept: 2 tag sets/]);
  t.same(contentsOf(store), { tagSets: ['m,host=here'], named: 2, unnamed: 4, broken: [] });
  t.same([hot.catalog.tagSets, hot.coldTagSets], [1, 1]);
  const [state] = hot.states.values();
  const { rows } = state!;
  pass(line('new', 10 * DAY, 1));
  t.equal(state!.rows, rows, 'a new host takes rows that are free');
  t.equal(state!.free.size, 2);
  t.same(await sweeps.sweep(), { tagSets: 0, rows: 0, lost: 0 });
  await close(t);
  t.same(contentsOf(store), { tagSets: ['m,host=here', 'm,host=new'], named: 4, unnamed: 2, broken: [] });
  const again = await startRoad(store);
  t.same(
    await again.sweeps.sweep(),
    { tagSets: 0, rows: 0, lost: 2 },
    'what is free is found again after a restart',
  );
  t.equal([...again.hot.states.values()][0]!.free.size, 2);
  await again.close(t);
});

t.test('what is hot stays, and so does what is remembered, or was switched off', async (t) => {
  const store = await twoGone(t);
  const { sweeps, pass, close } = await startRoad(store);
  pass(line('gone', 11 * DAY, 1));
  t.match(await sweeps.sweep(), { tagSets: 1 }, 'only the other one goes');
  await close(t);

  const never = await startRoad(await twoGone(t), swept(zscoreConfig(), 0));
  t.equal(await never.sweeps.sweep(), undefined, 'idle_expiry = 0');
  await never.close(t);

  const long = await startRoad(await twoGone(t), swept(zscoreConfig(), 5.1 * DAY));
  t.match(await long.sweeps.sweep(), { tagSets: 0 }, 'not twice as old');
  await long.close(t);
});

t.test('a clock that is far ahead is no measure', async (t) => {
  const store = lastingStore();
  const road = await startRoad(store);
  for (let n = 0; n < 5; n++) road.pass(line('a', n, n) + line('ahead', 40_000 * DAY + n, n));
  await road.close(t);
  const again = await startRoad(store);
  await again.sweeps.sweep();
  t.match(await again.sweeps.sweep(), { tagSets: 0 });
  await again.close(t);
});

t.test('a store that fails at any write leaves what must hold', async (t) => {
  for (let write = 0; write < 8; write++) {
    const store = await twoGone(t);
    const failing = await startRoad(store);
    store.failFrom = store.writes + write;
    const swept = await failing.sweeps.sweep();
    t.same(contentsOf(store).broken, [], `write ${write}`);
    store.failFrom = Number.POSITIVE_INFINITY;
    // As after kill -9: what was in memory is gone.
    const again = await startRoad(store);
    const { tagSets = 0, lost = 0 } = (await again.sweeps.sweep()) ?? {};
    t.equal(contentsOf(store).tagSets.length, 1);
    t.ok(swept !== undefined || tagSets + lost > 0, 'the next sweep frees it');
    t.equal([...again.hot.states.values()][0]!.free.size, 4);
    await again.close(t);
    t.same(contentsOf(store).broken, []);
  }
});

t.test('a tag set that comes back while it goes is as good as new', async (t) => {
  let met = 0;
  for (let write = 0; write < 5; write++) {
    const store = await twoGone(t);
    const subject = await startRoad(store);
    const reference = new Pipeline(subject.config, testLog());
    const text = Array.from({ length: 9 }, (_, n) => line('gone', 11 * DAY + n, n === 8 ? 1000 : n % 3));
    const expected = text.map((one) => Buffer.from(now(reference.process(Buffer.from(one)))).toString());
    const first = store.writes;
    let found: string[] | undefined;
    store.onWrite = (at) => {
      if (at - first !== write) return;
      met++;
      found = text.map((one) => subject.pass(one));
    };
    await subject.sweeps.sweep();
    store.onWrite = undefined;
    if (found !== undefined) t.same(found, expected, `after write ${write}`);
    await subject.close(t);
    const { broken, tagSets } = contentsOf(store);
    t.same(broken, []);
    t.equal(tagSets.includes('m,host=gone'), found !== undefined);
  }
  t.ok(met >= 3, `${met} writes`);
});

t.test('a damaged record goes, and its rows come back with the sweep after', async (t) => {
  const store = await twoGone(t);
  const key = Buffer.from('tm,host=here');
  await store.putMany([key], [Buffer.from('nonsense')]);
  const { sweeps, close, hot, pass } = await startRoad(store);
  t.match(await sweeps.sweep(), { tagSets: 0, lost: 0 }, 'the newest value is not known now');
  pass(line('new', 10 * DAY, 1));
  t.match(await sweeps.sweep(), { tagSets: 2, lost: 2 });
  t.equal(hot.catalog.tagSets, 1);
  await close(t);
  t.same(contentsOf(store), { tagSets: ['m,host=new'], named: 2, unnamed: 6, broken: [] });
});

t.test('a damaged record of a tag set that is hot is written again, and keeps its rows', async (t) => {
  const store = await twoGone(t);
  const { sweeps, close, pass } = await startRoad(store);
  pass(line('here', 10 * DAY + 1, 1));
  await store.putMany([Buffer.from('tm,host=here')], [Buffer.from('nonsense')]);
  await sweeps.sweep();
  t.match(await sweeps.sweep(), { lost: 0 });
  await close(t);
  const { tagSets, named, broken } = contentsOf(store);
  t.same([tagSets, named, broken], [['m,host=here'], 2, []]);
});

t.test('an instance that no config has named for long is gone, with its pages', async (t) => {
  const store = await twoGone(t);
  const config = swept(zscoreConfig());
  const [one] = config.detectors;
  const other = { ...config, detectors: [{ ...one!, policy: { ...one!.policy, alias: 'other' } }] };
  const { sweeps, close, hot, pass } = await startRoad(store, other);
  const pages = () => (store.keys(Buffer.from('p'), undefined, 100) as Uint8Array[]).length;
  pass(line('here', 10 * DAY + 1, 1));
  await sweeps.sweep();
  t.equal(hot.states.size, 2, 'it is kept for a while');
  hot.catalog.instances[0]!.usedAt = Date.now() - 1000 * (2 * DAY + 1);
  hot.catalog.instances[1]!.usedAt = 0;
  t.equal(pages(), 1);
  await sweeps.sweep();
  await close(t);
  t.equal(hot.states.size, 1);
  t.same(
    hot.catalog.instances.map(({ identity }) => identity.split(' ')[0]),
    ['other'],
    'what is in use stays, however long ago its config was read',
  );
  t.equal(pages(), 1);
  t.same(contentsOf(store).broken, []);
});

t.test('sweeps begin by themselves, and end', async (t) => {
  const store = await twoGone(t);
  const { sweeps, close, log } = await startRoad(store);
  sweeps.start(1);
  while (log.lines.length === 0) await setImmediate();
  t.match(log.lines, [/^I! swept/]);
  await close(t);
  sweeps.start(1);
  t.equal(await sweeps.sweep(), undefined, 'not after the end');
});
