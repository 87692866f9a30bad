/** State directories, and `telegraf-anomaly state …` to look into them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { stateSchema } from '../../src/config/schema.ts';
import type { Instance } from '../../src/detector.ts';
import { CATALOG_KEY, encodeText } from '../../src/state/catalog.ts';
import { Keeper, STORE_FOLDER } from '../../src/state/keeper.ts';
import type { Store } from '../../src/store.ts';
import { CLI } from './child.ts';
import { identity, roadOf, testLog } from './road.ts';

/** As a process of its own. */
export function state(...args: string[]) {
  return spawnSync(process.execPath, [CLI, 'state', ...args], { encoding: 'utf8', env: {} });
}

/** A second float that JSON has no word for. */
const endless: Instance = {
  ...identity,
  width: 2,
  learn: ({ f64 }, at) => {
    f64[at]!++;
    f64[at + 1] = Number.POSITIVE_INFINITY;
  },
};

/** Has the detectors `fake` and, where wanted, `up` learn these points, `up` those of the field v alone. */
export async function learnState(path: string, points: string, both = true): Promise<void> {
  const log = testLog();
  const config = stateSchema.parse({ path });
  const stores = { lmdb: async () => ({ default: lmdb }) };
  const keeper = await Keeper.open(config, { detectors: {}, stores }, log);
  const up = { policy: { alias: 'up', fieldinclude: ['v'] } };
  roadOf([{ instance: endless }, ...(both ? [up] : [])], {}, keeper.hot).pass(points);
  await keeper.close();
  if (log.lines.length > 0) throw new Error(log.lines.join('\n'));
}

/** Opens what lies there, to look or to do harm. */
export async function withStore<T>(path: string, use: (store: Store) => T | Promise<T>): Promise<T> {
  const store = await lmdb.open({ path: join(path, STORE_FOLDER), sync: true, readOnly: false });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Puts something else in place of the catalog. */
export function putCatalog(path: string, value: Buffer | object): Promise<void> {
  const bytes = Buffer.isBuffer(value) ? value : encodeText(JSON.stringify(value));
  return withStore(path, (store) => store.putMany([CATALOG_KEY], [bytes]));
}
