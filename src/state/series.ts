/**
 * Which series are hot. A tag set's series hang in a chain, one link per field key; everything known about a
 * series is a column, and its number is given again when its tag set has gone to the store.
 */
import { enough, grown } from '../column.ts';

const FIRST_CAPACITY = 1024;
const NONE = -1;
/** A head at or below this is to be looked at again: see `doubt`. */
const IN_DOUBT = -3;

/** The head of a tag set that nobody watches. */
export const UNWATCHED = -2;

export class SeriesTable {
  /** How many series there are. */
  size = 0;
  /** Changed when a column beside these has to grow. */
  capacity = FIRST_CAPACITY;

  /** By tag set: its first series. */
  #head = new Int32Array(FIRST_CAPACITY);
  // By series.
  #next = new Int32Array(FIRST_CAPACITY);
  #fieldKey = new Int32Array(FIRST_CAPACITY);
  /** A score that an earlier layer has put on the point, which nobody watches. */
  #isScore = new Uint8Array(FIRST_CAPACITY);
  #given = 0;
  readonly #free: number[] = [];

  /** Bytes of the columns. */
  get bytesOfColumns(): number {
    return 4 * this.#head.length + 9 * this.capacity;
  }

  /** Bytes by which they grow when there are so many tag sets and series. */
  growth(tagSets: number, series: number): number {
    const head = this.#head.length;
    return 4 * (enough(head, tagSets) - head) + 9 * (enough(this.capacity, series) - this.capacity);
  }

  /** Grows them. */
  reach(tagSets: number, series: number): void {
    const head = this.#head.length;
    if (tagSets > head) this.#head = grown(this.#head, enough(head, tagSets));
    if (series <= this.capacity) return;
    this.capacity = enough(this.capacity, series);
    this.#next = grown(this.#next, this.capacity);
    this.#fieldKey = grown(this.#fieldKey, this.capacity);
    this.#isScore = grown(this.#isScore, this.capacity);
  }

  /** Makes a tag set that the dictionary has just added known here. */
  enter(tagSet: number, watched: boolean): void {
    if (tagSet >= this.#head.length) this.reach(tagSet + 1, 0);
    this.#head[tagSet] = watched ? NONE : UNWATCHED;
  }

  isUnwatched(tagSet: number): boolean {
    return this.#head[tagSet] === UNWATCHED;
  }

  /** From now on every tag set is in doubt: who watches it must be found out again. */
  doubt(): void {
    const head = this.#head;
    for (let tagSet = 0; tagSet < head.length; tagSet++) {
      if (head[tagSet]! > IN_DOUBT) head[tagSet] = certain(head[tagSet]!);
    }
  }

  isInDoubt(tagSet: number): boolean {
    return this.#head[tagSet]! <= IN_DOUBT;
  }

  /** The tag set is not in doubt any more; its series are what they were. */
  settle(tagSet: number, watched: boolean): void {
    const head = certain(this.#head[tagSet]!);
    this.#head[tagSet] = head >= 0 ? head : watched ? NONE : UNWATCHED;
  }

  /** The first series of the tag set, or −1. */
  first(tagSet: number): number {
    const head = this.#head[tagSet]!;
    return Math.max(head <= IN_DOUBT ? certain(head) : head, NONE);
  }

  /** The series after this one in its tag set, or −1. */
  next(series: number): number {
    return this.#next[series]!;
  }

  fieldKey(series: number): number {
    return this.#fieldKey[series]!;
  }

  isScore(series: number): boolean {
    return this.#isScore[series] === 1;
  }

  /**
   * The series of a tag set and a field key, or −1. `previous` is the series of the field before it on the
   * point, or −1: fields that come in a fixed order are found at once, however many there are.
   */
  find(tagSet: number, fieldKey: number, previous = NONE): number {
    const likely = previous === NONE ? this.#head[tagSet]! : this.#next[previous]!;
    if (likely >= 0 && this.#fieldKey[likely] === fieldKey) return likely;
    let series = this.#head[tagSet]!;
    while (series >= 0 && this.#fieldKey[series] !== fieldKey) series = this.#next[series]!;
    return Math.max(series, NONE);
  }

  /** Adds the series, which must not be there yet, to a tag set that is watched. */
  add(tagSet: number, fieldKey: number, isScore: boolean): number {
    const series = this.#free.pop() ?? this.#given++;
    if (series === this.capacity) this.reach(0, series + 1);
    this.size++;
    this.#next[series] = NONE;
    this.#fieldKey[series] = fieldKey;
    this.#isScore[series] = isScore ? 1 : 0;
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

  /** Takes the tag set's series out. Their numbers will be given again. */
  remove(tagSet: number): void {
    for (let series = this.first(tagSet); series !== NONE; series = this.#next[series]!) {
      this.#free.push(series);
      this.size--;
    }
    this.#head[tagSet] = NONE;
  }
}

/** A head in doubt ↔ the head as it was: one is the other's mirror image. */
function certain(head: number): number {
  return IN_DOUBT + UNWATCHED - head;
}
