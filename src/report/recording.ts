/** What was made of one series by one detector instance, a value after the other, in columns that grow. */
import { grown, larger } from '../column.ts';

const FIRST = 64;
/** About the greatest that a float32 holds, and JSON, too. */
const GREATEST = 3.4e38;

/** One value, and what was made of it. */
export interface Moment {
  /** Event time, seconds. */
  readonly time: number;
  /** As the detector was given it. */
  readonly value: number;
  /** [expected, lower, upper] as they stood before; undefined where the detector cannot tell. */
  readonly band: ArrayLike<number> | undefined;
  /** The score over its threshold, in the direction that counts. */
  readonly strangeness: number;
  /** 0 is no alarm, 1 warning, 2 critical. */
  readonly level: number;
}

/** An alarm, from the first value that was flagged to the last one. */
export interface Span {
  readonly first: number;
  readonly last: number;
  /** Its strangest value, and the highest level. */
  readonly peak: number;
  readonly level: number;
}

export class Recording {
  readonly tagSet: string;
  readonly field: string;
  /** The alias of the instance. */
  readonly detector: string;
  /** What the detector is given: the field, or what is made of it. */
  quantity: string;

  count = 0;
  time = new Float64Array(FIRST);
  value = new Float64Array(FIRST);
  expected = new Float32Array(FIRST);
  lower = new Float32Array(FIRST);
  upper = new Float32Array(FIRST);
  strangeness = new Float32Array(FIRST);
  level = new Uint8Array(FIRST);

  constructor(tagSet: string, field: string, detector: string, quantity: string) {
    this.tagSet = tagSet;
    this.field = field;
    this.detector = detector;
    this.quantity = quantity;
  }

  add({ time, value, band, strangeness, level }: Moment): void {
    const at = this.count++;
    if (at === this.time.length) this.#grow();
    this.time[at] = time;
    this.value[at] = value;
    this.expected[at] = bounded(band?.[0] ?? Number.NaN);
    this.lower[at] = bounded(band?.[1] ?? Number.NaN);
    this.upper[at] = bounded(band?.[2] ?? Number.NaN);
    this.strangeness[at] = Number.isNaN(strangeness) ? 0 : bounded(strangeness);
    this.level[at] = level;
  }

  /** The series turned out to be another quantity: what came before is not comparable. */
  beginAfresh(quantity: string): void {
    this.quantity = quantity;
    this.count = 0;
  }

  get alarms(): Span[] {
    const spans: Span[] = [];
    for (let first = 0; first < this.count; first++) {
      if (this.level[first] === 0) continue;
      let last = first;
      while (last + 1 < this.count && this.level[last + 1]! > 0) last++;
      const level = this.level.subarray(first, last + 1).reduce((a, b) => Math.max(a, b));
      spans.push({ first, last, peak: this.strangest(first, last), level });
      first = last;
    }
    return spans;
  }

  /** The index of the strangest value between these two. */
  strangest(first = 0, last = this.count - 1): number {
    let peak = first;
    for (let at = first; at <= last; at++) if (this.strangeness[at]! > this.strangeness[peak]!) peak = at;
    return peak;
  }

  #grow(): void {
    const size = larger(this.time.length);
    this.time = grown(this.time, size);
    this.value = grown(this.value, size);
    this.expected = grown(this.expected, size);
    this.lower = grown(this.lower, size);
    this.upper = grown(this.upper, size);
    this.strangeness = grown(this.strangeness, size);
    this.level = grown(this.level, size);
  }
}

/** NaN stays what it is. */
function bounded(number: number): number {
  return Math.max(-GREATEST, Math.min(GREATEST, number));
}
