/**
 * Forgets series for good, in an order that no crash can hurt: their rows become zeros in the store, then their
 * records go, and only then their rows may be another's. A row that no record names is all zeros, always.
 */
import { setImmediate } from 'node:timers/promises';
import { finish, type Waiting, wait } from '../waiting.ts';
import { type Archived, type RowName, readRows, recordsOf, type Source } from './archive.ts';
import type { Hot } from './hot.ts';
import { instanceOf, opened, pageOf, sealed } from './page.ts';
import { encodeRecord, type StoredSeries } from './record.ts';
import type { State } from './state.ts';

/** Records in one slice. */
export const SLICE = 64;
/** Records that wait to be erased together, at most. */
const MOST_PENDING = 1024;

export class Forgetting {
  /** Records that are gone, series that are forgotten, and rows that were given back. */
  records = 0;
  series = 0;
  rows = 0;
  readonly #hot: Hot;
  readonly #goes: (series: StoredSeries) => boolean;
  /** Keys of the records whose rows are zeros, or are on their way to be. */
  #pending: Uint8Array[] = [];

  /** @param goes which series of a record are forgotten; a record without series goes as a whole */
  constructor(hot: Hot, goes: (series: StoredSeries) => boolean = () => true) {
    this.#hot = hot;
    this.#goes = goes;
  }

  /** Whether `settle` should be called before more is added. */
  get full(): boolean {
    return this.#pending.length >= MOST_PENDING || this.#hot.cold!.staged > this.#hot.stagedLimit;
  }

  /** The first step, for records of tag sets that are not hot. */
  *add(records: readonly Archived[]): Waiting<void> {
    const rows = records.flatMap(({ series }) => rowsOf(this.#hot, series.filter(this.#goes)));
    yield* zero(this.#hot, rows);
    for (const { key } of records) this.#pending.push(key);
  }

  /** The other steps. Answers false where the store failed: then rows may be nobody's until the next sweep. */
  async settle(): Promise<boolean> {
    const pending = this.#pending;
    this.#pending = [];
    if (!(await this.#hot.committed())) return false;
    const freed: [State, number][] = [];
    let erased = 0;
    let series = 0;
    for (let from = 0; from < pending.length; from += SLICE) {
      const gone = await finish(this.#erase(pending.slice(from, from + SLICE), freed));
      erased += gone.records;
      series += gone.series;
      await setImmediate();
    }
    if (!(await this.#hot.committed())) return false;
    for (const [state, row] of freed) state.free.add(row);
    this.#hot.erased(erased);
    this.records += erased;
    this.series += series;
    this.rows += freed.length;
    return true;
  }

  /** Meanwhile a tag set may have come back, and learned: its record stays. Answers what goes. */
  *#erase(
    keys: readonly Uint8Array[],
    freed: [State, number][],
  ): Waiting<{ records: number; series: number }> {
    const hot = this.#hot;
    const records = yield* recordsOf(hot.cold!, keys);
    const rows = records.map(({ series }) => rowsOf(hot, series.filter(this.#goes)));
    const alive = new Set<number>();
    const names = rows.flatMap((list, record) =>
      list.map(([state, row]) => ({ ...nameOf(state, row), record })),
    );
    yield* readRows(present(hot), names, (index, { bytes }) => {
      if (bytes.some((byte) => byte !== 0)) alive.add(names[index]!.record);
    });
    const gone = { records: 0, series: 0 };
    for (const [record, { key, tagSet, series }] of records.entries()) {
      if (tagSet === undefined || alive.has(record) || hot.find(tagSet) >= 0) continue;
      const left = series.filter((one) => !this.#goes(one));
      if (left.length === series.length && left.length > 0) continue;
      if (left.length > 0) hot.cold!.put(Buffer.from(key), encodeRecord(key, tagSet, left));
      else {
        hot.cold!.delete(Buffer.from(key));
        gone.records++;
      }
      gone.series += series.length - left.length;
      freed.push(...rows[record]!);
    }
    return gone;
  }
}

/** The rows that the series have with the instances that are known. */
export function rowsOf(hot: Hot, series: readonly StoredSeries[]): [State, number][] {
  const found: [State, number][] = [];
  for (const state of hot.states.values()) {
    for (const { rows } of series) {
      const at = rows.findIndex((number, i) => i % 2 === 0 && number === state.number);
      if (at >= 0 && rows[at + 1]! < state.rows) found.push([state, rows[at + 1]!]);
    }
  }
  return found;
}

export function nameOf({ number, width }: State, row: number): RowName {
  return { number, width, row };
}

/** The state as it is now: pages that are hot, then what is on its way to the store, then what is there. */
export function present(hot: Hot): Source {
  const states = new Map([...hot.states.values()].map((state) => [state.number, state]));
  return {
    keys: (prefix, after, limit) => hot.cold!.keys(prefix, after, limit),
    getMany(keys, take) {
      const cold: number[] = [];
      for (const [index, key] of keys.entries()) {
        const state = states.get(instanceOf(key));
        if (state !== undefined && state.frameOf(pageOf(key)) >= 0)
          take(index, sealed(state.bytes(pageOf(key)), hot.catalog.session));
        else cold.push(index);
      }
      return hot.cold!.getMany(
        cold.map((index) => keys[index]!),
        (i, value) => take(cold[i]!, value),
      );
    },
  };
}

/** Stages zeros in place of the rows; where nothing else is on a page, the page goes. */
export function* zero(hot: Hot, rows: readonly [State, number][]): Waiting<void> {
  const pages = new Map<State, Map<number, number[]>>();
  for (const [state, row] of rows) {
    const page = state.pageOf(row);
    const ofState = pages.get(state) ?? new Map<number, number[]>();
    pages.set(state, ofState.set(page, [...(ofState.get(page) ?? []), row % state.rowsPerPage]));
  }
  const cold: [State, Buffer, number[]][] = [];
  for (const [state, ofState] of pages) {
    for (const [page, list] of ofState) {
      if (state.frameOf(page) < 0) cold.push([state, state.key(page), list]);
      else {
        clear(state.bytes(page), state.stride, list);
        state.save(page);
      }
    }
  }
  const keys = cold.map(([, key]) => key);
  yield* wait(
    hot.cold!.getMany(keys, (i, value) => {
      const [{ stride }, key, list] = cold[i]!;
      // A page that is damaged begins anew, all zeros, when it is needed.
      const stored = value && opened(value, stride);
      if (stored === undefined) return;
      const copy = Uint8Array.from(stored.rows);
      clear(copy, stride, list);
      if (copy.every((byte) => byte === 0)) hot.cold!.delete(key);
      else hot.cold!.put(key, sealed(copy, stored.session));
    }),
  );
}

function clear(bytes: Uint8Array, stride: number, rows: readonly number[]): void {
  for (const row of rows) bytes.fill(0, row * stride * 8, (row + 1) * stride * 8);
}
