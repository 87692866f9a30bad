import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import t from 'tap';
import memoryStore from '../plugins/stores/memory/memory.ts';
import { Cold } from '../src/cold.ts';
import type { Config } from '../src/config.ts';
import { Hot } from '../src/hot.ts';
import { Pipeline } from '../src/pipeline.ts';
import { Snapshots } from '../src/snapshot.ts';
import type { Store } from '../src/store.ts';
import { Sweeps } from '../src/sweep.ts';
import { finish } from '../src/waiting.ts';
import { zscoreConfig } from './support/exactness.ts';
import { contentsOf } from './support/invariants.ts';
import { now, testLog } from './support/road.ts';

const MEMORY = 136 << 10;
const DAY = 86_400;
const EXPIRY = 2 * DAY;
const FIRST_DAY = 19_000;

/** A store in memory that the end of its user does not end; each write takes a turn of the event loop. */
function lasting(): Store & { fail: (write: number) => void; writes: () => number } {
  const store = memoryStore.open({ path: '', sync: false, readOnly: false }) as Store;
  let writes = 0;
  let failing = Number.POSITIVE_INFINITY;
  const write = async (change: () => unknown) => {
    await setImmediate();
    if (++writes >= failing) throw new Error('the disk is gone');
    change();
  };
  return {
    capabilities: { durable: true, synchronous: true },
    getMany: (keys, take) => store.getMany(keys, take),
    keys: (prefix, after, limit) => store.keys(prefix, after, limit),
    putMany: (keys, values) => write(() => store.putMany(keys, values)),
    delete: (keys) => write(() => store.delete(keys)),
    close: () => {},
    fail: (at) => {
      failing = at;
      writes = 0;
    },
    writes: () => writes,
  };
}

async function start(store: Store, given: Partial<Config['state']> = {}, memory = MEMORY) {
  const log = testLog();
  const base = zscoreConfig();
  const config: Config = { ...base, state: { ...base.state, idle_expiry: EXPIRY, ...given } };
  const hot = await finish(Hot.open(memory, new Cold(store, log)));
  const road = new Pipeline(config, log, hot);
  const inUse = () => road.watches.map(({ state }) => state);
  const sweeps = new Sweeps(hot, { idleExpiry: () => config.state.idle_expiry, inUse, log });
  const close = async () => {
    await sweeps.stop();
    t.ok(await new Snapshots(hot, 10).finish(), 'everything is saved');
  };
  return { log, config, hot, road, sweeps, close };
}

/** A point of a host with two fields; `second` counts from the first day. */
function line(host: string, second: number, value: number): string {
  return `m,host=${host} a=${value},b=${value / 2} ${FIRST_DAY * DAY + second}000000000\n`;
}

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
  { timeout: 100_000 },
  async (t) => {
    let freed = 0;
    let flagged = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.integer({ min: 20, max: 400 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        async (seed, hosts, chance) => {
          const store = lasting();
          let subject = await start(store);
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
            await subject.close();
            await sweeping;
            const { broken } = contentsOf(store);
            if (broken.length > 0) throw new Error(broken.join('\n'));
            subject = await start(store);
          }
          await sweeping;
          await subject.close();
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
