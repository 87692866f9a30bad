/**
 * What was learned before: opens it, has it saved now and then, and closes it. Where that cannot be done, the state
 * is in memory only, and the reason is told.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cold } from './cold.ts';
import { stateDirectory } from './config/directory.ts';
import type { Config, PluginTable } from './config.ts';
import { Hot } from './hot.ts';
import { acquireLock, type Lock } from './lock.ts';
import type { Log } from './log.ts';
import { Snapshots } from './snapshot.ts';
import type { Store } from './store.ts';
import { finish } from './waiting.ts';

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
      const path = join(directory, STORE_FOLDER);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const { default: plugin } = await stores[name]!();
      store = await plugin.open({ path, sync, readOnly: false });
      for (const warning of store.warnings ?? []) log.warn(`STATE_DAMAGED: ${warning}`);
      const hot = await finish(Hot.open(memory, new Cold(store, log)));
      if (hot.lost)
        log.warn(`STATE_DAMAGED: the catalog in ${path} is damaged; every series is learned anew`);
      return new Keeper(hot, name, interval, log, store, lock);
    } catch (error) {
      const { code = 'STATE_FAILED', message } = error as NodeJS.ErrnoException;
      const remind = () =>
        log.error(
          `${code}: ${message}; until the program is restarted the state is in memory only, without a limit, and is lost when it ends ([state] path is ${directory})`,
        );
      remind();
      setInterval(remind, REMIND_EVERY * 1000).unref();
      await store?.close();
      await lock?.release();
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
