/**
 * Which series there are. A tag set's series hang in a chain, one link per field key; ids are small integers
 * in the order of first sight and are never reused, so everything known about a series is a column.
 */
import { Dictionary, grown } from './dictionary.ts';

const FIRST_CAPACITY = 1024;
const NONE = -1;
/** Heads at or below this stand for another tag set: see `alias`. */
const FIRST_ALIAS = -3;

/** The head of a tag set that nobody watches. */
export const UNWATCHED = -2;

export class SeriesTable {
  /** The bytes before a line's first space, as Telegraf writes them: tags sorted, escaped. */
  readonly tagSets = new Dictionary();
  readonly fieldKeys = new Dictionary();
  /** How many series there are. */
  size = 0;

  /** By tag set: its first series. */
  #head = new Int32Array(FIRST_CAPACITY);
  // By series.
  #next = new Int32Array(FIRST_CAPACITY);
  #fieldKey = new Int32Array(FIRST_CAPACITY);

  /** Makes a tag set that the dictionary has just added known here. */
  enter(tagSet: number, watched: boolean): void {
    if (tagSet >= this.#head.length) this.#head = grown(this.#head, 2 * this.#head.length);
    this.#head[tagSet] = watched ? NONE : UNWATCHED;
  }

  /** From now on `tagSet` is another spelling of `canonical`: the same series. */
  alias(tagSet: number, canonical: number): void {
    this.#head[tagSet] = FIRST_ALIAS - canonical;
  }

  /** The tag set that holds the series of this one: itself, or what it is an alias of; UNWATCHED. */
  canonical(tagSet: number): number {
    const head = this.#head[tagSet]!;
    if (head >= NONE) return tagSet;
    return head === UNWATCHED ? UNWATCHED : this.canonical(FIRST_ALIAS - head);
  }

  /**
   * The series of a canonical tag set and a field key, or −1. `previous` is the series of the field before it on the
   * point, or −1: fields that come in a fixed order are found at once, however many there are.
   */
  find(tagSet: number, fieldKey: number, previous = NONE): number {
    const likely = previous === NONE ? this.#head[tagSet]! : this.#next[previous]!;
    if (likely !== NONE && this.#fieldKey[likely] === fieldKey) return likely;
    let series = this.#head[tagSet]!;
    while (series !== NONE && this.#fieldKey[series] !== fieldKey) series = this.#next[series]!;
    return series;
  }

  /** Adds the series, which must not be there yet. */
  add(tagSet: number, fieldKey: number): number {
    const series = this.size++;
    if (series === this.#next.length) {
      this.#next = grown(this.#next, 2 * series);
      this.#fieldKey = grown(this.#fieldKey, 2 * series);
    }
    this.#next[series] = NONE;
    this.#fieldKey[series] = fieldKey;
    // At the end of the chain, so that it has the order in which the fields come.
    let last = this.#head[tagSet]!;
    if (last === NONE) {
      this.#head[tagSet] = series;
      return series;
    }
    while (this.#next[last] !== NONE) last = this.#next[last]!;
    this.#next[last] = series;
    return series;
  }
}
