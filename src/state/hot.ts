/**
 * The hot tier: what is known of the series, as much of it as the memory holds. The rest is in the store, and comes
 * back whole, so that no verdict depends on the memory. Its parts lie in frames of one pool under one limit.
 */

import { enough, grown } from '../column.ts';
import { hashBytes, hashFieldKey, wordsOf } from '../hash.ts';
import type { Waiting } from '../waiting.ts';
import { readCatalog, readFieldKeys } from './archive.ts';
import { aliasOf, CATALOG_KEY, type Catalog, encodeText, fieldKeyKey, newCatalog } from './catalog.ts';
import type { Cold } from './cold.ts';
import { Dictionary } from './dictionary.ts';
import { Frames } from './frames.ts';
import { encodeRecord, recordKey, type StoredSeries } from './record.ts';
import { SeriesTable } from './series.ts';
import { NO_ROW, State } from './state.ts';

/** The part of the memory that what is on its way to the store may take; at most so many bytes. */
const STAGED_SHARE = 1 / 8;
const MOST_STAGED = 2 << 20;
/**
 * The part that is left for what goes beyond it: a page, a record or the catalog is staged whole, and some of the tables of
 * slots double. At most so many bytes.
 */
const SPARE_SHARE = 1 / 32;
const MOST_SPARE = 128 << 10;

/** Of a tag set: the store has a record, or will; the record is behind. */
const STORED = 1;
const BEHIND = 2;

export class Hot {
  readonly frames = new Frames();
  readonly tagSets = new Dictionary(this.frames, (tagSet) => this.#leave(tagSet));
  readonly fieldKeys = new Dictionary(this.frames);
  readonly table = new SeriesTable();
  /** By identity, those that no config names now too. */
  readonly states = new Map<string, State>();
  readonly cold: Cold | undefined;
  readonly catalog: Catalog;
  /** Bytes that all of it may take; and those without what is on its way to the store. */
  readonly memory: number;
  readonly limit: number;
  readonly stagedLimit: number;
  /** Records that were damaged in the store, so that their series begin anew. */
  damagedRecords = 0;
  /** Tag sets that are in the store only. */
  coldTagSets = 0;
  /** By tag set: STORED, BEHIND. */
  #record = new Uint8Array(this.tagSets.capacity);
  readonly #behind: number[] = [];

  /** @param memory bytes; without a store nothing can be put away, and there is no limit */
  constructor(memory = Number.POSITIVE_INFINITY, cold?: Cold, catalog: Catalog = newCatalog()) {
    this.cold = cold;
    this.catalog = catalog;
    this.memory = cold === undefined ? Number.POSITIVE_INFINITY : memory;
    this.stagedLimit = Math.min(this.memory * STAGED_SHARE, MOST_STAGED);
    this.limit = this.memory - this.stagedLimit - Math.min(this.memory * SPARE_SHARE, MOST_SPARE);
  }

  /** What the store holds, ready to be recalled. Throws a CatalogError. */
  static *open(memory: number, cold: Cold): Waiting<Hot> {
    const catalog = (yield* readCatalog(cold)) ?? newCatalog();
    catalog.session++;
    const hot = new Hot(memory, cold, catalog);
    hot.coldTagSets = catalog.tagSets;
    for (const { identity, number, width, rows } of catalog.instances) {
      hot.states.set(identity, hot.#newState(width, number, rows));
    }
    yield* hot.#loadFieldKeys();
    return hot;
  }

  /** The rows of an instance, those that were learned before if there are any. */
  state(identity: string, width: number, now = Date.now()): State {
    const { instances } = this.catalog;
    const at = instances.findIndex((instance) => instance.identity === identity);
    const known = this.states.get(identity);
    if (at >= 0 && known !== undefined && instances[at]!.width === width) {
      instances[at]!.usedAt = now;
      return known;
    }
    if (at >= 0) instances.splice(at, 1);
    const number = this.catalog.nextNumber++;
    instances.push({ number, identity, width, rows: 0, usedAt: now });
    const state = this.#newState(width, number, 0);
    this.states.set(identity, state);
    return state;
  }

  /** Whether another instance had this alias: then its config has changed, and it begins afresh. */
  knows(alias: string, identity: string): boolean {
    const { instances } = this.catalog;
    return (
      instances.some((known) => aliasOf(known.identity) === alias) &&
      !instances.some((known) => known.identity === identity)
    );
  }

  /** The instance is no more: what is hot of it goes. Its pages in the store are nobody's from now on. */
  drop(identity: string): void {
    const { instances } = this.catalog;
    this.catalog.instances = instances.filter((instance) => instance.identity !== identity);
    const state = this.states.get(identity);
    this.states.delete(identity);
    for (let page = 0; page < (state?.pages ?? 0); page++) {
      const frame = state!.frameOf(page);
      if (frame < 0) continue;
      state!.leave(page, false);
      this.frames.release(frame);
    }
  }

  /** Records and pages that were damaged in the store. */
  get damaged(): number {
    let damaged = this.damagedRecords;
    for (const state of this.states.values()) damaged += state.damaged;
    return damaged;
  }

  /** Bytes of memory that count against the limit. */
  get bytes(): number {
    let columns = this.tagSets.bytesOfColumns + this.fieldKeys.bytesOfColumns + this.table.bytesOfColumns;
    for (const state of this.states.values()) columns += state.bytesOfColumns;
    return this.frames.resident + this.frames.overhead + this.#record.length + columns;
  }

  /** Whether the columns are long enough for so many tag sets and series. */
  holds(tagSets: number, series: number): boolean {
    return tagSets <= this.tagSets.capacity && series <= this.table.capacity;
  }

  /** Bytes by which the columns grow when there are so many tag sets and series. */
  growth(tagSets: number, series: number): number {
    const { table, states } = this;
    const capacity = enough(table.capacity, series);
    let bytes = this.tagSets.growth(tagSets) + table.growth(tagSets, series);
    for (const state of states.values()) bytes += state.growth(capacity, series - table.size);
    return bytes + enough(this.tagSets.capacity, tagSets) - this.#record.length;
  }

  /** Grows them. */
  reach(tagSets: number, series: number): void {
    const { table, states } = this;
    this.tagSets.reach(tagSets);
    table.reach(tagSets, series);
    for (const state of states.values()) state.reach(table.capacity, series - table.size);
    if (this.tagSets.capacity > this.#record.length)
      this.#record = grown(this.#record, this.tagSets.capacity);
  }

  /** The tag set's id where it is hot, or −1. */
  find(tagSet: Uint8Array): number {
    const view = wordsOf(tagSet);
    return this.tagSets.find(view, 0, tagSet.length, hashBytes(view, 0, tagSet.length));
  }

  /** Tag sets that are in the store only are there no longer. */
  erased(tagSets: number): void {
    this.catalog.tagSets -= tagSets;
    this.coldTagSets -= tagSets;
  }

  /** The tag set has come in, from the store or as a new one. */
  entered(tagSet: number, stored: boolean): void {
    if (tagSet >= this.#record.length) this.#record = grown(this.#record, this.tagSets.capacity);
    this.#record[tagSet] = stored ? STORED : 0;
    if (stored) this.coldTagSets--;
  }

  /** The tag set has a series or a row that its record does not name yet. */
  changed(tagSet: number): void {
    if (this.cold === undefined || (this.#record[tagSet]! & BEHIND) !== 0) return;
    this.#record[tagSet]! |= BEHIND;
    this.#behind.push(tagSet);
  }

  /** How many tag sets have a record that is behind. */
  get behind(): number {
    return this.#behind.length;
  }

  /**
   * Stages the records that are behind, up to so many and while the stage has room, and the names of their fields. No
   * page of rows may be staged before: a row whose series is lost would become another's.
   */
  saveRecords(most = Number.POSITIVE_INFINITY): void {
    const { catalog, fieldKeys, tagSets } = this;
    for (; catalog.fieldKeys < fieldKeys.size; catalog.fieldKeys++) {
      const text = fieldKeys.bytes(catalog.fieldKeys).toString('latin1');
      this.cold?.put(fieldKeyKey(catalog.fieldKeys), encodeText(text));
    }
    for (let saved = 0; saved < most && this.#behind.length > 0 && !this.full; saved++) {
      const tagSet = this.#behind.pop()!;
      if ((this.#record[tagSet]! & STORED) === 0) catalog.tagSets++;
      this.#record[tagSet] = STORED;
      const bytes = tagSets.bytes(tagSet);
      const key = recordKey(bytes);
      this.cold?.put(key, encodeRecord(key, bytes, this.#seriesOf(tagSet)));
    }
  }

  /** Sorts what is behind by name: a store takes ascending keys much faster, which pays when they are many. */
  sortBehind(): void {
    const { tagSets } = this;
    this.#behind.sort((a, b) => Buffer.compare(tagSets.bytes(b), tagSets.bytes(a)));
  }

  /** Hands over what is staged, with the catalog as it is now. Answers as Cold's. */
  flush(): Promise<void> | undefined {
    const { cold } = this;
    if (cold !== undefined && cold.staged > 0 && !cold.writing) this.#stageCatalog();
    return cold?.flush();
  }

  /** Waits until what is staged by now is in the store. Answers whether it is. */
  async committed(): Promise<boolean> {
    // The first one may have been handed over before.
    await this.flush();
    await this.flush();
    return this.cold?.failing !== true;
  }

  /** Writes the catalog, whether anything else has changed or not. */
  saveCatalog(): Promise<void> | undefined {
    this.#stageCatalog();
    return this.cold?.flush();
  }

  #stageCatalog(): void {
    for (const instance of this.catalog.instances) {
      instance.rows = this.states.get(instance.identity)?.rows ?? instance.rows;
    }
    this.cold?.put(CATALOG_KEY, encodeText(JSON.stringify(this.catalog)));
  }

  /** Enough is on its way to the store. */
  get full(): boolean {
    return this.cold !== undefined && this.cold.staged > this.stagedLimit;
  }

  #newState(width: number, number: number, rows: number): State {
    const put = (key: Buffer, value: Buffer) => this.cold?.put(key, value);
    return new State(this.frames, width, put, number, this.catalog.session, rows);
  }

  #seriesOf(tagSet: number): StoredSeries[] {
    const { table } = this;
    const found: StoredSeries[] = [];
    for (let series = table.first(tagSet); series >= 0; series = table.next(series)) {
      const rows: number[] = [];
      for (const state of this.states.values()) {
        const row = state.rowOf(series);
        if (row !== NO_ROW) rows.push(state.number, row < NO_ROW ? State.turn(row) : row);
      }
      found.push({ fieldKey: table.fieldKey(series), isScore: table.isScore(series), rows });
    }
    return found;
  }

  /** The dictionary gives the tag set up; its record has been staged. */
  #leave(tagSet: number): void {
    if (this.#record[tagSet] === STORED) this.coldTagSets++;
    for (let series = this.table.first(tagSet); series >= 0; series = this.table.next(series)) {
      for (const state of this.states.values()) state.set(series, NO_ROW);
    }
    this.table.remove(tagSet);
  }

  *#loadFieldKeys(): Waiting<void> {
    for (const text of yield* readFieldKeys(this.cold!, this.catalog)) {
      this.fieldKeys.add(wordsOf(text), 0, text.length, hashFieldKey(text));
    }
  }
}
