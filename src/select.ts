/**
 * Which detector instances watch a series. Decided when the series comes in, by Telegraf's selector semantics, and
 * remembered as the series' row.
 */
import { type AnnotationNames, SUFFIXES } from './annotate.ts';
import type { Batch } from './batch.ts';
import { isEvent } from './event.ts';
import { hashBytes, wordsOf } from './hash.ts';
import { Selector } from './selector.ts';
import type { Hot } from './state/hot.ts';
import type { StoredSeries } from './state/record.ts';
import { UNWATCHED } from './state/series.ts';
import { NO_ROW, State } from './state/state.ts';
import { parseTagSet, unescapeName, withoutTags } from './tagset.ts';
import type { Watch } from './watch.ts';

const NO_SERIES = -1;
/** No answer yet: the tag set may be in the store. */
const UNKNOWN = -1;

/** A tag set that is not hot, less our own tags, with the points of the batch that have it. */
export interface Stranger {
  readonly bytes: Buffer;
  readonly points: number[];
}

export class Select {
  readonly #hot: Hot;
  readonly #watches: readonly Watch[];
  readonly #selectors: readonly Selector[];
  readonly #names: AnnotationNames;
  /** What a tag set with a tag of ours must contain. */
  readonly #mark: string;
  readonly #scores: boolean;
  /** By field key: its text, unescaped. */
  readonly #fieldOf: string[] = [];
  /** The tag set that was judged last, and by whom it is taken. */
  #judged = UNKNOWN;
  #taken: readonly boolean[] = [];
  readonly #all: readonly boolean[];
  readonly #none: readonly boolean[];
  /** Every instance takes every tag set: there is no need to read them. */
  readonly #takesAll: boolean;

  /** @param names tags and fields of ours, which an earlier layer may have left: no part of any series */
  constructor(hot: Hot, watches: readonly Watch[], names: AnnotationNames) {
    this.#hot = hot;
    this.#watches = watches;
    this.#selectors = watches.map((watch) => new Selector(watch.policy));
    this.#takesAll = this.#selectors.every((selector) => selector.takesAll);
    this.#all = watches.map(() => true);
    this.#none = watches.map(() => false);
    this.#names = names;
    this.#mark = `,${names.level}`;
    this.#scores = watches.some(({ policy }) => policy.score_fields);
  }

  /** Fills `batch.tagSet` for the points [from, to), and answers the tag sets that are not hot. */
  find(batch: Batch, from: number, to: number): Stranger[] {
    const { tagSets, table } = this.#hot;
    const { keyStart, keyEnd, keyHash, tagSet } = batch;
    const { view } = batch.block!;
    let unknown: number[] | undefined;
    for (let point = from; point < to; point++) {
      const found = tagSets.find(view, keyStart[point]!, keyEnd[point]!, keyHash[point]!);
      if (found < 0) {
        tagSet[point] = UNKNOWN;
        unknown ??= [];
        unknown.push(point);
        continue;
      }
      tagSet[point] = this.#known(found);
      if (table.isUnwatched(found)) tagSet[point] = UNWATCHED;
    }
    return unknown === undefined ? [] : this.#strangers(batch, unknown);
  }

  /** Makes the tag set hot: a new one, or one that the store knew. */
  enter(batch: Batch, { bytes, points }: Stranger, record: readonly StoredSeries[] | undefined): void {
    const { tagSets, table, fieldKeys } = this.#hot;
    const view = wordsOf(bytes);
    const tagSet = tagSets.add(view, 0, bytes.length, hashBytes(view, 0, bytes.length));
    this.#judged = UNKNOWN;
    const watched = record !== undefined || this.#takenBy(tagSet).includes(true);
    table.enter(tagSet, watched);
    this.#hot.entered(tagSet, record !== undefined);
    tagSets.use(tagSet);
    for (const { fieldKey, isScore, rows } of record ?? []) {
      if (fieldKey >= fieldKeys.size) continue;
      const series = table.add(tagSet, fieldKey, isScore);
      for (const state of this.#hot.states.values()) {
        const at = rows.findIndex((number, i) => i % 2 === 0 && number === state.number);
        if (at >= 0 && rows[at + 1]! < state.rows) state.set(series, rows[at + 1]!);
      }
      this.#assign(tagSet, series);
    }
    for (const point of points) batch.tagSet[point] = watched ? tagSet : UNWATCHED;
  }

  /** Gives each watch its share of the points [from, to), as the rows of their series. */
  run(batch: Batch, from: number, to: number): void {
    const watches = this.#watches;
    const { table, fieldKeys } = this.#hot;
    const { firstValue, fieldStart, fieldEnd, fieldHash, tagSet: tagSetOf } = batch;
    const block = batch.block!;
    const { view } = block;
    for (const watch of watches) watch.reset(firstValue[to]! - firstValue[from]!);
    for (let point = from; point < to; point++) {
      const tagSet = tagSetOf[point]!;
      if (tagSet < 0) continue;
      let previous = NO_SERIES;
      for (let value = firstValue[point]!; value < firstValue[point + 1]!; value++) {
        const known = fieldKeys.find(view, fieldStart[value]!, fieldEnd[value]!, fieldHash[value]!);
        const fieldKey =
          known >= 0 ? known : fieldKeys.add(view, fieldStart[value]!, fieldEnd[value]!, fieldHash[value]!);
        let series = table.find(tagSet, fieldKey, previous);
        if (series === NO_SERIES) series = this.#newSeries(tagSet, fieldKey, batch, point);
        previous = series;
        for (const watch of watches) {
          const { learned, judged, alarms, prepared } = watch;
          const row = learned.state.rowOf(series);
          if (row < 0) continue;
          const at = watch.count++;
          watch.values[at] = value;
          learned.rows[at] = row;
          if (judged !== undefined) judged.rows[at] = judged.state.rowOf(series);
          if (alarms !== undefined) alarms.rows[at] = alarms.state.rowOf(series);
          if (prepared !== undefined) prepared.rows[at] = prepared.state.rowOf(series);
        }
      }
    }
  }

  /** The tag set, which is hot, is in use; whoever watches it does so by the selectors of today. */
  #known(tagSet: number): number {
    const { tagSets, table } = this.#hot;
    tagSets.use(tagSet);
    if (!table.isInDoubt(tagSet)) return tagSet;
    table.settle(tagSet, this.#takenBy(tagSet).includes(true));
    for (let series = table.first(tagSet); series >= 0; series = table.next(series))
      this.#assign(tagSet, series);
    return tagSet;
  }

  #strangers(batch: Batch, points: readonly number[]): Stranger[] {
    const { bytes } = batch.block!;
    const found = new Map<string, Stranger>();
    for (const point of points) {
      const raw = bytes.subarray(batch.keyStart[point]!, batch.keyEnd[point]!);
      const own = raw.includes(this.#mark) ? withoutTags(raw, this.#names.tags) : raw;
      const hot = own === raw ? UNKNOWN : this.#hot.find(own);
      if (hot >= 0) {
        batch.tagSet[point] = this.#hot.table.isUnwatched(this.#known(hot)) ? UNWATCHED : hot;
        continue;
      }
      const text = own.toString('latin1');
      const stranger = found.get(text);
      if (stranger === undefined) found.set(text, { bytes: own, points: [point] });
      else stranger.points.push(point);
    }
    return [...found.values()];
  }

  /** By instance, whether its selectors take the tag set. Kept for the series, which mostly follow at once. */
  #takenBy(tagSet: number): readonly boolean[] {
    if (tagSet === this.#judged) return this.#taken;
    this.#judged = tagSet;
    const bytes = this.#hot.tagSets.bytes(tagSet);
    if (isEvent(bytes, this.#names.level)) this.#taken = this.#none;
    else if (this.#takesAll) this.#taken = this.#all;
    else {
      const parsed = parseTagSet(bytes);
      this.#taken = this.#selectors.map((selector) => selector.takes(parsed));
    }
    return this.#taken;
  }

  #newSeries(tagSet: number, fieldKey: number, batch: Batch, point: number): number {
    const isScore = this.#scores && this.#isScore(this.#field(fieldKey), batch, point);
    const series = this.#hot.table.add(tagSet, fieldKey, isScore);
    this.#hot.changed(tagSet);
    this.#assign(tagSet, series);
    return series;
  }

  /** Gives the series rows with each instance that watches it; those of one that does not are put to sleep. */
  #assign(tagSet: number, series: number): void {
    const { table } = this.#hot;
    const field = this.#field(table.fieldKey(series));
    const ours = this.#names.fields.has(field) || table.isScore(series);
    const taken = this.#takenBy(tagSet);
    for (const [i, { shares }] of this.#watches.entries()) {
      const wanted = !ours && taken[i]! && this.#selectors[i]!.takesField(field);
      for (const { state } of shares) {
        const row = state.rowOf(series);
        if (row !== NO_ROW) {
          if (wanted === row < NO_ROW) state.set(series, State.turn(row));
        } else if (wanted) {
          state.add(series);
          this.#hot.changed(tagSet);
        }
      }
    }
  }

  #field(fieldKey: number): string {
    this.#fieldOf[fieldKey] ??= unescapeName(this.#hot.fieldKeys.bytes(fieldKey).toString());
    return this.#fieldOf[fieldKey];
  }

  /** `<field>_score` or `<field>_surprise` beside its field on the point: an earlier layer's, when this one writes such fields itself. */
  #isScore(field: string, batch: Batch, point: number): boolean {
    const suffix = SUFFIXES.find((one) => field.endsWith(one));
    if (suffix === undefined) return false;
    const scored = field.slice(0, -suffix.length);
    for (let value = batch.firstValue[point]!; value < batch.firstValue[point + 1]!; value++) {
      const key = batch.block!.bytes.toString('utf8', batch.fieldStart[value]!, batch.fieldEnd[value]!);
      if (unescapeName(key) === scored) return true;
    }
    return false;
  }
}
