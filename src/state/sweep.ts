/**
 * Sweeps: every few hours the space of series that are forgotten is freed, a slice at a time between the points.
 *
 * A sweep never changes a verdict. A series is forgotten by its own next value, when that comes later than its last
 * one by more than `idle_expiry`; what is swept is twice as old, against the newest value of the stream. So the
 * next value finds everything forgotten either way, unless it is itself older than the stream by `idle_expiry`.
 *
 * A slice looks, decides and stages in one step, so that no point comes between: this needs a store that answers at
 * once. Of tag sets that are hot nothing is swept; they get cold when their memory is needed, or at a restart.
 */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { finish, type Waiting } from '../waiting.ts';
import { type Archived, readRecords, readRows } from './archive.ts';
import { Forgetting, nameOf, present, rowsOf, SLICE, zero } from './forget.ts';
import type { Hot } from './hot.ts';
import { headerOf, instanceOf, OFF, PAGE_PREFIX, pageKey } from './page.ts';
import { LONGEST_IN_KEY } from './record.ts';
import type { RowSet } from './rowset.ts';
import type { State } from './state.ts';

/** Milliseconds from the start to the first sweep, and from the end of one to the next. */
const FIRST_AFTER = 10 * 60_000;
const EVERY = 6 * 3_600_000;
/** Rows that are looked at in one slice. */
const ROWS = 512;
const LAST_PAGE = 2 ** 32 - 1;

export interface SweepOptions {
  /** Seconds; 0 is never. */
  readonly idleExpiry: () => number;
  /** The rows of the instances that the config names. */
  readonly inUse: () => readonly State[];
  readonly log: Log;
}

/** What a sweep has freed. */
export interface Swept {
  readonly tagSets: number;
  /** Of series that are forgotten; and of nobody, after a crash or damage. */
  readonly rows: number;
  readonly lost: number;
}

/** Ends a sweep before its time: the store fails, or the program ends. */
class Interrupted extends Error {}

export class Sweeps {
  readonly #hot: Hot;
  readonly #options: SweepOptions;
  /** Seconds: the newest value that a sweep has seen. */
  #newest = Number.NEGATIVE_INFINITY;
  /** Records of the next slice: fewer where they have many series. */
  #most = SLICE;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> | undefined;

  constructor(hot: Hot, options: SweepOptions) {
    this.#hot = hot;
    this.#options = options;
  }

  /** Begins to sweep now and then, where that can be done. */
  start(after = FIRST_AFTER): void {
    const { durable, synchronous } = this.#hot.cold?.capabilities ?? {};
    if (this.#stopped || !durable || !synchronous) return;
    this.#timer = setTimeout(async () => {
      await this.sweep();
      this.start(EVERY);
    }, after).unref();
  }

  /** Resolves when no sweep is at work. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Answers undefined where nothing is to be swept, or the store does not allow it. Does not throw. */
  async sweep(): Promise<Swept | undefined> {
    const expiry = this.#options.idleExpiry();
    if (expiry <= 0) return undefined;
    const sweep = this.#sweep(expiry).catch((error: unknown) => {
      if (!(error instanceof Interrupted))
        this.#options.log.warn(`SWEEP_FAILED: ${error}; it is tried again later`);
      return undefined;
    });
    this.#running = sweep;
    const swept = await sweep;
    if (swept !== undefined && swept.tagSets > 0)
      this.#options.log.info(
        `swept: ${swept.tagSets} tag sets without a value for long are gone from the state`,
      );
    return swept;
  }

  async #sweep(expiry: number): Promise<Swept> {
    const hot = this.#hot;
    this.#dropInstances(1000 * expiry);
    // Of this moment. Rows that are given later are free ones, or beyond these.
    const named = new Map([...hot.states.values()].map((state) => [state, state.free.copy()]));
    const rows = new Map([...named.keys()].map((state) => [state, state.rows]));
    while (hot.behind > 0) {
      hot.saveRecords(SLICE);
      await this.#pause();
    }
    await this.#commit();
    const forgetting = new Forgetting(hot);
    const whole = await this.#records(forgetting, named, 2 * expiry);
    let lost = 0;
    // Whose rows are named by a record that cannot be read is not known.
    if (whole) for (const [state, set] of named) lost += await this.#recover(state, set, rows.get(state)!);
    await this.#dropPages();
    return { tagSets: forgetting.records, rows: forgetting.rows, lost };
  }

  /** Goes through all records. Answers whether each could be read, or be done without. */
  async #records(forgetting: Forgetting, named: Map<State, RowSet>, age: number): Promise<boolean> {
    const damaged: Archived[] = [];
    let after: Uint8Array | undefined;
    for (;;) {
      const records = await finish(this.#slice(forgetting, named, age, after, damaged));
      after = records.at(-1)?.key;
      if (after === undefined || forgetting.full) if (!(await forgetting.settle())) throw new Interrupted();
      if (after === undefined) break;
      await this.#pause();
    }
    return this.#repair(damaged);
  }

  *#slice(
    forgetting: Forgetting,
    named: Map<State, RowSet>,
    age: number,
    after: Uint8Array | undefined,
    damaged: Archived[],
  ): Waiting<Archived[]> {
    const hot = this.#hot;
    const records = yield* readRecords(hot.cold!, after, this.#most);
    const rows = records.map(({ series }) => rowsOf(hot, series));
    this.#most = Math.max(1, Math.min(SLICE, Math.floor((this.#most * ROWS) / rows.flat().length)));
    for (const [state, row] of rows.flat()) named.get(state)?.add(row);
    const names = rows.flatMap((list, record) =>
      list.map(([state, row]) => ({ ...nameOf(state, row), record })),
    );
    const newest = records.map(() => Number.NEGATIVE_INFINITY);
    const now = Date.now() / 1000;
    yield* readRows(present(hot), names, (index, { bytes, session }) => {
      const { time, count, flags } = headerOf(new DataView(bytes.buffer, bytes.byteOffset), 0);
      const { record } = names[index]!;
      // What a detector has thrown on stays switched off until the program starts again.
      if ((flags & OFF) !== 0 && session === hot.catalog.session) newest[record] = Number.POSITIVE_INFINITY;
      if (count === 0) return;
      newest[record] = Math.max(newest[record]!, time);
      // The future is no measure: somebody's clock is wrong.
      if (time <= now) this.#newest = Math.max(this.#newest, time);
    });
    const idle = records.filter(({ tagSet }, record) => {
      if (tagSet === undefined) damaged.push(records[record]!);
      return tagSet !== undefined && newest[record]! + age < this.#newest && hot.find(tagSet) < 0;
    });
    yield* forgetting.add(idle);
    return records;
  }

  /** A record that is damaged is written again where its tag set is hot, and else goes: nobody can read it. */
  async #repair(damaged: readonly Archived[]): Promise<boolean> {
    const hot = this.#hot;
    const short = damaged.filter(({ key }) => key.length <= 1 + LONGEST_IN_KEY);
    let gone = 0;
    for (const { key } of short) {
      const tagSet = hot.find(key.subarray(1));
      if (tagSet >= 0) hot.changed(tagSet);
      else {
        hot.cold!.delete(Buffer.from(key));
        gone++;
      }
    }
    await this.#commit();
    hot.erased(gone);
    return damaged.length === 0;
  }

  /** Gives back the rows before `rows` that nobody has: after a crash, or with a record that was damaged. */
  async #recover(state: State, named: RowSet, rows: number): Promise<number> {
    let recovered = 0;
    for (let from = 0; from < rows; from += ROWS) {
      const lost = [...named.missing(from, Math.min(from + ROWS, rows))];
      if (lost.length === 0) continue;
      await finish(
        zero(
          this.#hot,
          lost.map((row) => [state, row]),
        ),
      );
      await this.#commit();
      for (const row of lost) state.free.add(row);
      recovered += lost.length;
      await this.#pause();
    }
    return recovered;
  }

  /** An instance that no config has named for so many milliseconds is no more. */
  #dropInstances(expiry: number): void {
    const inUse = new Set(this.#options.inUse());
    const now = Date.now();
    for (const instance of this.#hot.catalog.instances) {
      if (inUse.has(this.#hot.states.get(instance.identity)!)) instance.usedAt = now;
      else if (now - instance.usedAt > expiry) this.#hot.drop(instance.identity);
    }
  }

  /** Deletes the pages of instances that the catalog does not name. */
  async #dropPages(): Promise<void> {
    const cold = this.#hot.cold!;
    let after: Uint8Array | undefined;
    for (;;) {
      const known = new Set(this.#hot.catalog.instances.map(({ number }) => number));
      const keys = await cold.keys(PAGE_PREFIX, after, SLICE);
      if (keys.length === 0) return;
      after = keys.at(-1)!;
      const kept = keys.find((key) => known.has(instanceOf(key)));
      if (kept !== undefined) after = pageKey(instanceOf(kept), LAST_PAGE);
      for (const key of keys)
        if (!known.has(instanceOf(key)) && Buffer.compare(key, after) <= 0) cold.delete(Buffer.from(key));
      await this.#pause();
    }
  }

  /** Lets the points pass, and what is staged go to the store. */
  async #pause(): Promise<void> {
    const { cold, stagedLimit } = this.#hot;
    await setImmediate();
    if (this.#stopped) throw new Interrupted();
    while (cold!.staged > stagedLimit) {
      if (cold!.failing) throw new Interrupted();
      await this.#hot.flush();
    }
  }

  async #commit(): Promise<void> {
    if (!(await this.#hot.committed()) || this.#stopped) throw new Interrupted();
  }
}
