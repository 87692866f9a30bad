/**
 * A state directory that is being taught. Unlike `run` it fails where anything is wrong: a state that lacks a part of
 * the history would look like one that has it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from '../config/directory.ts';
import type { PluginTable } from '../config.ts';
import type { Log } from '../log.ts';
import { Pipeline } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import { Cold } from '../state/cold.ts';
import { Hot } from '../state/hot.ts';
import { STORE_FOLDER } from '../state/keeper.ts';
import type { Lock } from '../state/lock.ts';
import { Snapshots } from '../state/snapshot.ts';
import type { Counts } from '../stats.ts';
import type { MaybePromise, Store } from '../store.ts';
import { finish } from '../waiting.ts';
import { goingOn, type Lesson, taken } from './going-on.ts';
import { encodeMark, type Mark } from './mark.ts';
import { MARK, Undo } from './undo.ts';

export interface TrainingOptions extends Lesson {
  readonly plugins: PluginTable;
  readonly log: Log;
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
