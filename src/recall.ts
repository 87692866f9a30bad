/**
 * Makes hot what a batch needs, before anything is scored: its tag sets, then the rows of its series. What is
 * cold comes from the store in one call each.
 */
import type { Batch } from './batch.ts';
import type { Select, Stranger } from './select.ts';
import { Dictionary } from './state/dictionary.ts';
import { FRAME_FLOATS } from './state/frames.ts';
import type { Hot } from './state/hot.ts';
import { decodeRecord, recordKey, type StoredSeries } from './state/record.ts';
import { makeRoom, widen } from './state/room.ts';
import { UNWATCHED } from './state/series.ts';
import type { State } from './state/state.ts';
import { type Waiting, wait } from './waiting.ts';
import type { Share, Watch } from './watch.ts';

/** In place of a place, where a row is not hot. */
const NOWHERE = -1;

/** The part of the series that room is made for before it is known whether any is new. */
const SOME = 1 / 8;

/** What the store could not give is told here; the values that need it pass unscored. */
export type OnUnreadable = (error: unknown) => void;

export class Recall {
  /** Pages of rows and tag sets that came from the store. */
  recalls = 0;
  /** Values that passed unscored since their rows could not be had. */
  unscored = 0;

  readonly #hot: Hot;
  readonly #onUnreadable: OnUnreadable;

  constructor(hot: Hot, onUnreadable: OnUnreadable) {
    this.#hot = hot;
    this.#onUnreadable = onUnreadable;
  }

  /**
   * Makes the tag sets of the points [from, to) hot, or of fewer where they do not fit into the memory together.
   * Answers how far it came, at least one point.
   */
  *tagSets(select: Select, batch: Batch, from: number, to: number): Waiting<number> {
    const hot = this.#hot;
    hot.frames.tick();
    // For fields that are new, and for detectors of a config that has just been taken up.
    yield* widen(hot, 0, Math.min(valuesOf(batch, from, to), SOME * hot.table.capacity));
    for (;;) {
      // What this part needs, and nothing before it, is in use from now on.
      hot.frames.tick();
      const strangers = select.find(batch, from, to);
      if (strangers.length === 0) return to;
      if (!(yield* this.#makeRoomFor(strangers, batch))) {
        if (to - from > 1) {
          to = from + ((to - from) >> 1);
          continue;
        }
        if (hot.cold!.failing) {
          this.#passUnscored(batch, strangers);
          return to;
        }
      }
      const records: (readonly StoredSeries[] | undefined)[] = [];
      if (hot.coldTagSets > 0 && !(yield* this.#read(strangers, records))) {
        this.#passUnscored(batch, strangers);
        return to;
      }
      for (const [i, stranger] of strangers.entries()) select.enter(batch, stranger, records[i]);
      return to;
    }
  }

  /**
   * Makes the rows of the watches' shares hot and fills in their places. Answers false where they do not fit into the
   * memory together; with `forced`, they may take more.
   */
  *rows(watches: readonly Watch[], forced: boolean): Waiting<boolean> {
    let missing = this.#places(watches);
    if (missing.length === 0) return true;
    const room = { frames: 0, larges: 0, bytes: 0 };
    for (const [{ floats }, pages] of missing) {
      if (floats <= FRAME_FLOATS) room.frames += pages.length;
      else {
        room.larges += pages.length;
        room.bytes += 8 * floats * pages.length;
      }
    }
    const fits = yield* makeRoom(this.#hot, room);
    if (!fits && !forced) return false;
    // Room that a failing store keeps us from making is not taken all the same: it might be any amount.
    if (fits || !this.#hot.cold!.failing) yield* this.#enter(missing);
    missing = this.#places(watches);
    if (missing.length > 0) for (const watch of watches) this.#leaveOut(watch);
    return true;
  }

  *#makeRoomFor(strangers: readonly Stranger[], batch: Batch): Waiting<boolean> {
    const { tagSets, table } = this.#hot;
    const room = { frames: 0, larges: 0, bytes: 0 };
    // Those that the store knows may have more series than their points have values: as many as usual.
    const usual = Math.ceil((strangers.length * table.size) / Math.max(1, tagSets.size));
    let values = 0;
    let floats = 0;
    for (const { bytes, points } of strangers) {
      for (const point of points) values += valuesOf(batch, point, point + 1);
      const own = Dictionary.floats(bytes.length);
      if (own <= FRAME_FLOATS) floats += own;
      else {
        room.larges++;
        room.bytes += 8 * own;
      }
    }
    // A frame may be left with a gap at its end, at most as large as the string that did not fit.
    if (floats > 0) room.frames = 1 + Math.ceil((2 * floats) / FRAME_FLOATS);
    const series = Math.max(usual, values);
    return (yield* widen(this.#hot, strangers.length, series)) && (yield* makeRoom(this.#hot, room));
  }

  *#read(strangers: readonly Stranger[], records: (readonly StoredSeries[] | undefined)[]): Waiting<boolean> {
    const keys = strangers.map(({ bytes }) => recordKey(bytes));
    try {
      yield* wait(
        this.#hot.cold!.getMany(keys, (i, value) => {
          if (value === undefined) return;
          this.recalls++;
          const record = decodeRecord(keys[i]!, value);
          if (record === undefined) this.#hot.damagedRecords++;
          records[i] = record ?? [];
        }),
      );
      return true;
    } catch (error) {
      this.#onUnreadable(error);
      return false;
    }
  }

  #passUnscored(batch: Batch, strangers: readonly Stranger[]): void {
    for (const { points } of strangers) {
      for (const point of points) {
        batch.tagSet[point] = UNWATCHED;
        this.unscored += valuesOf(batch, point, point + 1);
      }
    }
  }

  /** Turns rows into places, where they are hot; from then on nothing may wait until they have been used. */
  #places(watches: readonly Watch[]): [State, number[]][] {
    const { frames } = this.#hot;
    const missing: [State, number[]][] = [];
    for (const { count, changes, share } of sharesOf(watches)) {
      const { state, rows, places } = share;
      let cold: Set<number> | undefined;
      for (let entry = 0; entry < count; entry++) {
        const row = rows[entry]!;
        const page = state.pageOf(row);
        const frame = state.frameOf(page);
        if (frame < 0) {
          cold ??= new Set();
          cold.add(page);
          places[entry] = NOWHERE;
          continue;
        }
        frames.use(frame);
        if (changes) frames.mark(frame, true);
        places[entry] = frames.place(frame) + (row - page * state.rowsPerPage) * state.stride;
      }
      if (cold !== undefined) missing.push([state, [...cold].sort((a, b) => a - b)]);
    }
    return missing;
  }

  *#enter(missing: readonly [State, number[]][]): Waiting<void> {
    const wanted: [State, number][] = [];
    for (const [state, pages] of missing) {
      for (const page of pages) {
        const isCold = state.isCold(page);
        state.enter(page);
        if (isCold) wanted.push([state, page]);
      }
    }
    if (wanted.length === 0) return;
    const keys = wanted.map(([state, page]) => state.key(page));
    this.recalls += wanted.length;
    try {
      yield* wait(
        this.#hot.cold!.getMany(keys, (i, value) => {
          const [state, page] = wanted[i]!;
          state.load(page, value);
        }),
      );
    } catch (error) {
      this.#onUnreadable(error);
      for (const [state, page] of wanted) {
        this.#hot.frames.release(state.frameOf(page));
        state.leave(page, true);
      }
    }
  }

  #leaveOut(watch: Watch): void {
    let kept = 0;
    for (let entry = 0; entry < watch.count; entry++) {
      if (watch.shares.some(({ places }) => places[entry] === NOWHERE)) continue;
      watch.values[kept] = watch.values[entry]!;
      for (const { places } of watch.shares) places[kept] = places[entry]!;
      kept++;
    }
    this.unscored += watch.count - kept;
    watch.count = kept;
  }
}

/** How many values the points [from, to) have. */
function valuesOf({ firstValue }: Batch, from: number, to: number): number {
  return firstValue[to]! - firstValue[from]!;
}

/** With how many entries each has, and whether its rows are going to change; else whoever changes one says so. */
function sharesOf(watches: readonly Watch[]): { count: number; changes: boolean; share: Share }[] {
  return watches.flatMap(({ count, shares, prepared }) =>
    shares.map((share) => ({ count, changes: share !== prepared, share })),
  );
}
