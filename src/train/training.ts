/**
 * A state directory that is being taught. Unlike `run` it fails where anything is wrong: a state that lacks a part of
 * the history would look like one that has it.
 */
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from '../config/directory.ts';
import type { Config, PluginTable } from '../config.ts';
import type { Log } from '../log.ts';
import { Pipeline } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import { readCatalog } from '../state/archive.ts';
import { identityOf } from '../state/catalog.ts';
import { Cold } from '../state/cold.ts';
import { Hot } from '../state/hot.ts';
import { STORE_FOLDER } from '../state/keeper.ts';
import { acquireLock, type Lock } from '../state/lock.ts';
import { Snapshots } from '../state/snapshot.ts';
import type { Counts } from '../stats.ts';
import type { MaybePromise, Store } from '../store.ts';
import { timeText } from '../time.ts';
import { finish } from '../waiting.ts';
import { decodeMark, encodeMark, type Mark } from './mark.ts';
import { newestTime } from './newest.ts';
import { MARK, one, rollBack, Undo } from './undo.ts';

export interface TrainingOptions {
  readonly config: Config;
  readonly plugins: PluginTable;
  readonly log: Log;
  /** Names the history: a training that was interrupted goes on only with the same one. */
  readonly history: string;
  /** Its first time, in nanoseconds, from the position on where one is given. */
  readonly begin: (position: unknown) => Promise<bigint | undefined>;
  /** Throws a Refusal where going on at this position would pass over what is asked for. */
  readonly check?: (position: unknown, finished: boolean) => void;
}

/** Checkpoints take no more than one part in so many of the time. */
const SHARE = 10;

export class Training {
  readonly directory: string;
  /** Where the history is to be gone on with; undefined: from its begin. */
  readonly position: unknown;
  /** Points that were learned before. */
  readonly before: number;
  readonly #pipeline: Pipeline;
  readonly #hot: Hot;
  readonly #snapshots: Snapshots;
  readonly #store: Undo;
  readonly #lock: Lock;
  readonly #interval: number;
  #mark: Mark;
  /** When the next checkpoint is due. */
  #due = 0;

  private constructor(
    options: TrainingOptions,
    directory: string,
    store: Undo,
    lock: Lock,
    hot: Hot,
    mark: Mark,
  ) {
    const { config } = options;
    this.directory = directory;
    this.position = mark.position;
    this.before = mark.points;
    this.#store = store;
    this.#lock = lock;
    this.#hot = hot;
    this.#mark = mark;
    this.#interval = 1000 * config.state.snapshot_interval;
    this.#pipeline = new Pipeline(config, options.log, hot);
    this.#snapshots = new Snapshots(hot, config.state.snapshot_interval);
  }

  /** Takes the directory. Throws a Refusal where it is another's, or has learned what is newer than the history. */
  static async open(options: TrainingOptions): Promise<Training> {
    const { config, plugins, log } = options;
    const { store: name, path, memory, sync } = config.state;
    if (name === 'memory')
      throw new Refusal(
        'TRAIN_IN_MEMORY',
        'the config has store = "memory": nothing of what is learned would be left; take it out, or give --state DIR',
      );
    const directory = stateDirectory(path);
    const lock = await taken(directory);
    let store: Store | undefined;
    try {
      const { default: plugin } = await plugins.stores[name]!();
      const place = join(directory, STORE_FOLDER);
      mkdirSync(place, { recursive: true, mode: 0o700 });
      store = await plugin.open({ path: place, sync, readOnly: false });
      for (const warning of store.warnings ?? []) log.warn(`STATE_DAMAGED: ${warning}`);
      const known = await goingOn(store, directory, options);
      const undo = await Undo.over(store);
      const cold = new Cold(undo, log);
      const hot = await finish(Hot.open(memory, cold));
      const training = new Training(options, directory, undo, lock, hot, known);
      await training.#setMark(known);
      return training;
    } catch (error) {
      await Promise.allSettled([(async () => store?.close())(), lock.release()]);
      throw error;
    }
  }

  get counts(): Counts {
    return this.#pipeline.counts;
  }

  /** Points learned, those of before too. */
  get points(): number {
    return this.before + this.counts.points;
  }

  /** Series that have a row, each as often as instances watch it. */
  get rows(): number {
    return this.#pipeline.watches.reduce((sum, { state }) => sum + state.rows, 0);
  }

  /** Bytes that were taken and not learned: the head of a point whose end has not come. */
  get held(): number {
    return this.#pipeline.held;
  }

  /** Learns a chunk of line protocol, which is copied. */
  learn(chunk: Uint8Array): MaybePromise<void> {
    const learned = this.#pipeline.process(chunk);
    return learned instanceof Promise ? learned.then(() => this.#check()) : this.#check();
  }

  /** What comes next does not go on with a line of what came before. */
  async endPart(): Promise<void> {
    await this.#pipeline.end();
    this.#check();
  }

  /** Whether it is time to save. */
  get isDue(): boolean {
    return performance.now() >= this.#due;
  }

  /** Saves what was learned so far as what the history has before the position, which does not move without a point. */
  async checkpoint(position: unknown, finished: boolean): Promise<void> {
    const began = performance.now();
    await this.#snapshots.finish();
    const reached = this.counts.points > 0 ? position : this.position;
    const whole = finished && this.points > 0;
    await this.#setMark({ ...this.#mark, position: reached, finished: whole, points: this.points });
    this.#due = performance.now() + Math.max(this.#interval, SHARE * (performance.now() - began));
  }

  /** Lets the next process in. What was learned since the last checkpoint is forgotten by the next training. */
  async close(): Promise<void> {
    try {
      // A batch that is on its way must not meet a store that is closed.
      await this.#hot.committed();
      await this.#store.close();
    } finally {
      await this.#lock.release();
    }
  }

  /** Frees what only a training that is killed needs. */
  async tidy(): Promise<void> {
    await this.#store.clear();
  }

  async #setMark(mark: Mark): Promise<void> {
    const { catalog, cold } = this.#hot;
    this.#mark = { ...mark, number: mark.number + 1, session: catalog.session };
    if (!cold!.failing) {
      // One batch: nothing else is on its way.
      cold!.put(Buffer.from(MARK), encodeMark(this.#mark));
      await this.#hot.saveCatalog();
    }
    this.#check();
  }

  #check(): void {
    if (this.#hot.cold!.failing)
      throw new Refusal(
        'TRAIN_NOT_SAVED',
        `${this.directory} cannot be written; mend that (is the disk full?) and give the same command again: it goes on from what was saved`,
      );
    if (this.#pipeline.recall.unscored > 0)
      throw new Refusal(
        'TRAIN_UNREADABLE',
        `${this.directory} cannot be read any more; look after the disk, remove it, and begin again`,
      );
  }
}

async function taken(directory: string): Promise<Lock> {
  try {
    return await acquireLock(directory, { retryFor: 0 });
  } catch (error) {
    const { code, holder, message } = error as { code: string; holder?: number; message: string };
    if (code !== 'LOCK_BUSY') throw new Refusal(code, message);
    throw new Refusal(
      'TRAIN_BUSY',
      `process ${holder} has ${directory}; stop it (Telegraf, where it is its child), or train another directory by --state`,
    );
  }
}

/** From where to go on; puts back what a training has left that was killed. */
async function goingOn(store: Store, directory: string, options: TrainingOptions): Promise<Mark> {
  const { config, history } = options;
  const digest = digestOf(config);
  const found = decodeMark(await one(store, MARK));
  const fresh: Mark = {
    number: found?.number ?? 0,
    session: 0,
    history,
    position: undefined,
    finished: false,
    points: 0,
    config: digest,
  };
  const catalog = await finish(readCatalog(store));
  if (catalog === undefined) return fresh;
  // A mark is made before anything else, so a later session is another program's.
  if (found !== undefined && catalog.session <= found.session) {
    await rollBack(store);
    const unfinished = !found.finished && found.position !== undefined;
    if (unfinished && found.history !== history)
      throw new Refusal(
        'TRAIN_UNFINISHED',
        `${directory} is in the middle of another history: ${found.history}; finish that one first, or remove the directory`,
      );
    if (unfinished && found.config !== digest)
      throw new Refusal(
        'TRAIN_CONFIG_CHANGED',
        `a part of this history was learned by another config; take that one again, or remove ${directory} and begin anew`,
      );
    if (found.history === history) {
      if (found.position !== undefined) options.check?.(found.position, found.finished);
      return { ...found, finished: false, config: digest };
    }
  }
  const newest = await newestTime(store);
  const begin = newest === undefined ? undefined : await options.begin(undefined);
  if (newest !== undefined && begin !== undefined && newest >= begin)
    throw new Refusal(
      'TRAIN_NEWER',
      `${directory} knows values up to ${timeText(newest)}, and the history begins at ${timeText(begin)}: what is older than a series' last value is not learned; begin with what comes later, or train an empty directory (--state, or remove this one)`,
    );
  return fresh;
}

function digestOf({ agent, state, detectors }: Config): string {
  const told = detectors.map(({ detector, options, policy }) => [
    identityOf(detector, options, policy.alias),
    options,
    policy,
  ]);
  const text = JSON.stringify([agent.annotation_prefix, agent.late_limit, state.idle_expiry, told]);
  return hash('sha256', text, 'hex').slice(0, 16);
}
