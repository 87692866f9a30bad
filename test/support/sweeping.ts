/** A road over a store that lasts, with sweeps. */
import type { Test } from 'tap';
import type { Config } from '../../src/config.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { Snapshots } from '../../src/state/snapshot.ts';
import { Sweeps } from '../../src/state/sweep.ts';
import type { Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { zscoreConfig } from './exactness.ts';
import { now, testLog } from './road.ts';

export const DAY = 86_400;
export const EXPIRY = 2 * DAY;
const FIRST_DAY = 19_000;
const MEMORY = 136 << 10;

/** A point of a host with two fields; `second` counts from the first day. */
export function line(host: string, second: number, value: number): string {
  return `m,host=${host} a=${value},b=${value / 2} ${FIRST_DAY * DAY + second}000000000\n`;
}

export async function startRoad(store: Store, config: Config = swept(zscoreConfig()), memory = MEMORY) {
  const log = testLog();
  const hot = await finish(Hot.open(memory, new Cold(store, log)));
  const road = new Pipeline(config, log, hot);
  const inUse = () => road.watches.map(({ state }) => state);
  const sweeps = new Sweeps(hot, { idleExpiry: () => config.state.idle_expiry, inUse, log });
  return {
    log,
    config,
    hot,
    road,
    sweeps,
    pass: (text: string) => Buffer.from(now(road.process(Buffer.from(text)))).toString(),
    close: async (t: Test) => {
      await sweeps.stop();
      t.ok(await new Snapshots(hot, 10).finish(), 'everything is saved');
    },
  };
}

export function swept(config: Config, idle_expiry = EXPIRY): Config {
  return { ...config, state: { ...config.state, idle_expiry } };
}
