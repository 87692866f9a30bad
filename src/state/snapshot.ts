/**
 * Snapshots: every so often what has changed is written to the store, a slice at a time, so that the points between
 * the slices do not wait. Rows are independent, so they need not be of one moment.
 */
import { setImmediate } from 'node:timers/promises';
import type { Hot } from './hot.ts';
import type { State } from './state.ts';

/** Pages, or records, in one slice: about half a millisecond of work. */
const SLICE = 128;
/** Pages looked at for whether they have changed, per slice. */
const LOOK = 8192;
/** At the end, tries before what could not be saved is given up, a second apart. */
const LAST_TRIES = 3;

export class Snapshots {
  /** Seconds that the last one took. */
  duration = 0;
  readonly #hot: Hot;
  readonly #interval: number;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  /** @param interval seconds from the begin of one to the begin of the next */
  constructor(hot: Hot, interval: number) {
    this.#hot = hot;
    this.#interval = 1000 * interval;
  }

  /** Begins to take snapshots. */
  start(): void {
    if (this.#stopped) return;
    const began = performance.now();
    this.#running = this.#take().finally(() => {
      // One that takes longer than the interval is followed by the next at once.
      const pause = Math.max(0, this.#interval - (performance.now() - began));
      if (this.#stopped) return;
      this.#timer = setTimeout(() => this.start(), pause);
      this.#timer.unref();
    });
  }

  /** Saves everything. Answers whether the store has it all. */
  async finish(): Promise<boolean> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.#hot.sortBehind();
    for (let tries = 0; ; tries++) {
      await this.#take();
      if (!this.#hot.cold?.failing) return true;
      if (tries === LAST_TRIES) return false;
      await this.#hot.cold.recovered();
    }
  }

  async #take(): Promise<void> {
    const hot = this.#hot;
    const { cold } = hot;
    if (cold === undefined) return;
    // A batch that failed goes first: nothing is heaped upon what the store does not take.
    if (cold.failing) await hot.flush();
    if (cold.failing) return;
    const began = performance.now();
    for (const slices = this.#slices(); !slices.next().done; ) {
      // Another slice only when the store keeps up: what is on its way takes memory too.
      while (cold.staged > hot.stagedLimit) {
        if (cold.failing && cold.busy) return;
        await hot.flush();
        if (cold.failing) return;
      }
      await setImmediate();
      if (!cold.busy) void hot.flush();
    }
    await hot.flush();
    await hot.flush();
    if (cold.failing) return;
    hot.catalog.savedAt = Date.now();
    await hot.saveCatalog();
    this.duration = (performance.now() - began) / 1000;
  }

  /** Stages slice after slice; between two of them anything may happen. Records come before rows, always. */
  *#slices(): Generator<void> {
    const hot = this.#hot;
    for (const state of [...hot.states.values()]) {
      for (let page = 0; page < state.pages; ) {
        while (hot.behind > 0) {
          hot.saveRecords(SLICE);
          yield;
        }
        page = this.#pages(state, page);
        yield;
      }
    }
    while (hot.behind > 0) {
      hot.saveRecords(SLICE);
      yield;
    }
  }

  /** Stages changed pages from this one on, and answers where to go on. */
  #pages(state: State, page: number): number {
    const { frames } = this.#hot;
    let staged = 0;
    const last = Math.min(page + LOOK, state.pages);
    for (; page < last && staged < SLICE; page++) {
      const frame = state.frameOf(page);
      if (frame < 0 || !frames.isDirty(frame)) continue;
      state.save(page);
      staged++;
    }
    return page;
  }
}
