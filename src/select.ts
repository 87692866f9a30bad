/**
 * Which detector instances watch a series. Decided once, when the series is first seen, with Telegraf's
 * selector semantics, and remembered as the series' row.
 */
import { type AnnotationNames, SCORE_SUFFIX } from './annotate.ts';
import type { Batch } from './batch.ts';
import type { Watch } from './detect.ts';
import { compileFilter } from './glob.ts';
import { hashBytes } from './hash.ts';
import type { Selectors, TagPatterns } from './policy.ts';
import type { Block } from './read.ts';
import { SeriesTable, UNWATCHED } from './series.ts';
import { NO_ROW } from './state.ts';
import { parseTagSet, type TagSet, unescapeName, withoutTags } from './tagset.ts';

const NO_SERIES = -1;

export class Select {
  readonly table = new SeriesTable();
  readonly #watches: readonly Watch[];
  readonly #selectors: readonly Selector[];
  readonly #names: AnnotationNames;
  /** By field key: one of our own, never watched. */
  readonly #own: boolean[] = [];
  /** By field key: its text, unescaped. */
  readonly #fieldOf: string[] = [];
  /** The tag set that was judged last, and by whom it is taken. */
  #judged = NO_SERIES;
  #taken: readonly boolean[] = [];

  /** @param names tags and fields of ours, which an earlier layer may have left: no part of any series */
  constructor(watches: readonly Watch[], names: AnnotationNames) {
    this.#watches = watches;
    this.#selectors = watches.map((watch) => new Selector(watch.policy));
    this.#names = names;
  }

  /** Fills `batch.series` and gives each watch its share of the batch. */
  run(batch: Batch): void {
    const watches = this.#watches;
    const { table } = this;
    const {
      firstValue,
      fieldStart,
      fieldEnd,
      fieldHash,
      keyStart,
      keyEnd,
      keyHash,
      series: seriesOf,
    } = batch;
    const block = batch.block!;
    const { view } = block;
    for (const watch of watches) watch.reset(batch.values);
    for (let point = 0; point < batch.points; point++) {
      const start = keyStart[point]!;
      const end = keyEnd[point]!;
      const hash = keyHash[point]!;
      const found = table.tagSets.find(view, start, end, hash);
      const tagSet = table.canonical(found >= 0 ? found : this.#newTagSet(block, start, end, hash));
      if (tagSet === UNWATCHED) continue;
      let previous = NO_SERIES;
      for (let value = firstValue[point]!; value < firstValue[point + 1]!; value++) {
        const known = table.fieldKeys.find(view, fieldStart[value]!, fieldEnd[value]!, fieldHash[value]!);
        const fieldKey = known >= 0 ? known : this.#newFieldKey(block, value, batch);
        let series = table.find(tagSet, fieldKey, previous);
        if (series === NO_SERIES) series = this.#newSeries(tagSet, fieldKey, batch, point);
        previous = series;
        seriesOf[value] = series;
        for (const watch of watches) {
          const row = watch.state.rowOf(series);
          if (row === NO_ROW) continue;
          const at = watch.count++;
          watch.values[at] = value;
          watch.rows[at] = row;
        }
      }
    }
  }

  #newTagSet({ view, bytes }: Block, start: number, end: number, hash: number): number {
    const { tagSets } = this.table;
    const text = bytes.subarray(start, end);
    const parsed = parseTagSet(text);
    const marked = [...this.#names.tags].some((name) => parsed.tags.has(name));
    const stripped = marked ? withoutTags(text, this.#names.tags) : text;
    if (stripped === text) {
      const tagSet = tagSets.add(view, start, end, hash);
      this.table.enter(tagSet, this.#takenBy(tagSet, parsed).includes(true));
      return tagSet;
    }
    const canonical = this.#intern(stripped);
    const tagSet = tagSets.add(view, start, end, hash);
    this.table.enter(tagSet, true);
    this.table.alias(tagSet, canonical);
    return tagSet;
  }

  /** By instance, whether its selectors take the tag set. Kept for the series, which mostly follow at once. */
  #takenBy(tagSet: number, parsed?: TagSet): readonly boolean[] {
    if (tagSet !== this.#judged) {
      const known = parsed ?? parseTagSet(this.table.tagSets.bytes(tagSet));
      this.#taken = this.#selectors.map((selector) => selector.takes(known));
      this.#judged = tagSet;
    }
    return this.#taken;
  }

  /** The tag set of these bytes, new or not. */
  #intern(text: Buffer): number {
    const padded = Buffer.concat([text, Buffer.alloc(4)]);
    const view = new DataView(padded.buffer, padded.byteOffset, padded.length);
    const hash = hashBytes(view, 0, text.length);
    const found = this.table.tagSets.find(view, 0, text.length, hash);
    if (found >= 0) return found;
    return this.#newTagSet({ view, bytes: padded, length: text.length, fresh: 0 }, 0, text.length, hash);
  }

  #newFieldKey({ view, bytes }: Block, value: number, batch: Batch): number {
    const start = batch.fieldStart[value]!;
    const end = batch.fieldEnd[value]!;
    const key = this.table.fieldKeys.add(view, start, end, batch.fieldHash[value]!);
    const field = unescapeName(bytes.toString('utf8', start, end));
    this.#own[key] = this.#names.fields.has(field);
    this.#fieldOf[key] = field;
    return key;
  }

  /** `<field>_score` beside its field on the point: an earlier layer's, when this one writes such fields itself. */
  #isScore(field: string, batch: Batch, point: number): boolean {
    if (!field.endsWith(SCORE_SUFFIX) || !this.#watches.some(({ policy }) => policy.score_fields))
      return false;
    const scored = field.slice(0, -SCORE_SUFFIX.length);
    for (let value = batch.firstValue[point]!; value < batch.firstValue[point + 1]!; value++) {
      const key = batch.block!.bytes.toString('utf8', batch.fieldStart[value]!, batch.fieldEnd[value]!);
      if (unescapeName(key) === scored) return true;
    }
    return false;
  }

  #newSeries(tagSet: number, fieldKey: number, batch: Batch, point: number): number {
    const series = this.table.add(tagSet, fieldKey);
    if (this.#own[fieldKey]) return series;
    const field = this.#fieldOf[fieldKey]!;
    if (this.#isScore(field, batch, point)) return series;
    const taken = this.#takenBy(tagSet);
    for (const [i, watch] of this.#watches.entries()) {
      if (taken[i] && this.#selectors[i]!.takesField(field)) watch.state.add(series);
    }
    return series;
  }
}

type Filter = (text: string) => boolean;

/** The selectors of one instance, compiled. Names, keys and values are unescaped text. */
export class Selector {
  readonly #namepass: Filter | undefined;
  readonly #namedrop: Filter | undefined;
  readonly #tagpass: readonly (readonly [string, Filter | undefined])[];
  readonly #tagdrop: readonly (readonly [string, Filter | undefined])[];
  readonly #fieldinclude: Filter | undefined;
  readonly #fieldexclude: Filter | undefined;

  /** Throws a GlobError; a config that loaded has none. */
  constructor(selectors: Selectors) {
    this.#namepass = compileFilter(selectors.namepass);
    this.#namedrop = compileFilter(selectors.namedrop);
    this.#tagpass = tagFilters(selectors.tagpass);
    this.#tagdrop = tagFilters(selectors.tagdrop);
    this.#fieldinclude = compileFilter(selectors.fieldinclude);
    this.#fieldexclude = compileFilter(selectors.fieldexclude);
  }

  /** Whether every pass option holds, and no drop option. Within tagpass and tagdrop one tag is enough. */
  takes({ measurement, tags }: TagSet): boolean {
    if (this.#namepass?.(measurement) === false || this.#namedrop?.(measurement)) return false;
    const holds = ([key, filter]: readonly [string, Filter | undefined]) => {
      const value = tags.get(key);
      // An empty list of patterns matches nothing.
      return value !== undefined && (filter?.(value) ?? false);
    };
    return (this.#tagpass.length === 0 || this.#tagpass.some(holds)) && !this.#tagdrop.some(holds);
  }

  takesField(key: string): boolean {
    return (this.#fieldinclude?.(key) ?? true) && !this.#fieldexclude?.(key);
  }
}

function tagFilters(patterns: TagPatterns): (readonly [string, Filter | undefined])[] {
  return Object.entries(patterns).map(([key, values]) => [key, compileFilter(values)] as const);
}
