/** The values of a stretch of time, joined into points: fields of one tag set and one time stand in one line. */
import { timeOf } from '../time.ts';

/** Characters of one piece of line protocol, about. */
const PIECE = 256 << 10;

export class Page {
  /** Values so far. */
  values = 0;
  /** By tag set, then by time as it was given: the fields, comma between them. */
  readonly #points = new Map<string, Map<string, string>>();
  /** Of the tag set that came last: values come tag set after tag set. */
  #last = new Map<string, string>();
  #lastTagSet: string | undefined;

  /** As `Tables` tells it. */
  add(tagSet: string, time: string, field: string): void {
    this.values++;
    if (tagSet !== this.#lastTagSet) {
      this.#lastTagSet = tagSet;
      this.#last = this.#points.get(tagSet) ?? new Map();
      this.#points.set(tagSet, this.#last);
    }
    const fields = this.#last.get(time);
    this.#last.set(time, fields === undefined ? field : `${fields},${field}`);
  }

  /** Pieces of whole lines: a tag set after the other, each in time order. */
  *lines(): Generator<Buffer> {
    /** Most tag sets have the same times. */
    const known = new Map<string, bigint>();
    let text = '';
    for (const [tagSet, points] of this.#points) {
      const timed = Array.from(points, ([time, fields]): [bigint, string] => [read(known, time), fields]);
      if (timed.some(([time], i) => i > 0 && time < timed[i - 1]![0]))
        timed.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
      for (const [time, fields] of timed) {
        text += `${tagSet} ${fields} ${time}\n`;
        if (text.length < PIECE) continue;
        yield Buffer.from(text);
        text = '';
      }
    }
    if (text !== '') yield Buffer.from(text);
  }
}

function read(known: Map<string, bigint>, text: string): bigint {
  let time = known.get(text);
  if (time !== undefined) return time;
  time = timeOf(text);
  if (time === undefined) throw new Error(`no time: ${text}`);
  known.set(text, time);
  return time;
}
