/**
 * What was learned before: opens it, has it saved now and then, and closes it. Where that cannot be done, the state
 * is in memory only, and the reason is told.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from '../config/directory.ts';
import type { Config, PluginTable } from '../config.ts';
import type { Log } from '../log.ts';
import type { Store, StoreOptions, StorePlugin } from '../store.ts';
import { finish } from '../waiting.ts';
import { readCatalog } from './archive.ts';
import { CatalogError } from './catalog.ts';
import { Cold } from './cold.ts';
import { Hot } from './hot.ts';
import { acquireLock, type Lock } from './lock.ts';
import { Snapshots } from './snapshot.ts';

/** Seconds between reminders that nothing is saved. */
const REMIND_EVERY = 60;
/** The store's own, beside the lock, so that nothing else can be taken for its files. */
export const STORE_FOLDER = 'store';

export class Keeper {
  readonly hot: Hot;
  readonly snapshots: Snapshots;
  /** Where the state really is, whatever the config says. */
  readonly storeName: string;
  readonly #store: Store | undefined;
  readonly #lock: Lock | undefined;
  readonly #log: Log;

  private constructor(hot: Hot, storeName: string, interval: number, log: Log, store?: Store, lock?: Lock) {
    this.hot = hot;
    this.storeName = storeName;
    this.snapshots = new Snapshots(hot, interval);
    this.#store = store;
    this.#lock = lock;
    this.#log = log;
    if (store?.capabilities.durable) this.snapshots.start();
  }

  /** Waits for another process to leave the directory. Does not throw: without a directory the state is in memory. */
  static async open(config: Config['state'], { stores }: PluginTable, log: Log): Promise<Keeper> {
    const { store: name, memory, snapshot_interval: interval, sync } = config;
    if (name === 'memory') return new Keeper(new Hot(), name, interval, log);
    let lock: Lock | undefined;
    let store: Store | undefined;
    const directory = stateDirectory(config.path);
    try {
      lock = await acquireLock(directory);
      const { default: plugin } = await stores[name]!();
      const path = join(directory, STORE_FOLDER);
      store = await openSound(plugin, { path, sync, readOnly: false }, log);
      const hot = await finish(Hot.open(memory, new Cold(store, log)));
      return new Keeper(hot, name, interval, log, store, lock);
    } catch (error) {
      const { code = 'STATE_FAILED', message } = error as NodeJS.ErrnoException;
      const remind = () =>
        log.error(
          `${code}: ${message}; until the program is restarted the state is in memory only, without a limit, and is lost when it ends ([state] path is ${directory})`,
        );
      remind();
      setInterval(remind, REMIND_EVERY * 1000).unref();
      await Promise.allSettled([(async () => store?.close())(), lock?.release()]);
      return new Keeper(new Hot(), 'memory', interval, log);
    }
  }

  /** Saves everything, and lets the next process in. */
  async close(): Promise<void> {
    if (this.#store === undefined) return;
    const saved = await this.snapshots.finish();
    if (!saved) this.#log.error('STATE_NOT_SAVED: what was learned since the last snapshot is lost');
    await this.#store.close();
    await this.#lock?.release();
  }
}

/** Opens a store; one that holds what nobody can understand is moved aside, and a new one begun. */
async function openSound(plugin: StorePlugin, options: StoreOptions, log: Log): Promise<Store> {
  const { path } = options;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const store = await plugin.open(options);
  for (const warning of store.warnings ?? []) log.warn(`STATE_DAMAGED: ${warning}`);
  try {
    await finish(readCatalog(store));
    return store;
  } catch (error) {
    await store.close();
    if (!(error instanceof CatalogError) || error.code !== 'STATE_DAMAGED') throw error;
    const aside = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    renameSync(path, aside);
    log.warn(`${error.code}: ${error.message}. It is now ${aside}, and everything is learned anew`);
    return openSound(plugin, options, log);
  }
}
