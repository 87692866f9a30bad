/**
 * A history in InfluxDB 2, read in time order: one window of time after the other, each as wide as has about a page
 * full of values in it. So memory is bounded by the page, however much there is; but a window is never less than a
 * second, and what is in one second is read together.
 */
import { fluxString } from '@influxdata/influxdb-client';
import type { AnnotationNames } from '../annotate.ts';
import { Refusal } from '../refusal.ts';
import { STATS_MEASUREMENT } from '../stats.ts';
import { timeText } from '../time.ts';
import type { History, Piece } from '../train/train.ts';
import type { Connection } from './connection.ts';
import { conditionOf } from './filter.ts';
import { Page } from './page.ts';
import { type QueryOptions, query } from './query.ts';
import { Tables } from './table.ts';

const SECOND = 1_000_000_000n;
const FIRST_WINDOW = 60n * SECOND;
/** How much wider, or narrower, the next window is at most. */
const WIDEN = 4;
const NARROW = 8;
const NOTHING = Buffer.alloc(0);

export interface Source extends QueryOptions {
  readonly connection: Connection;
  /** In nanoseconds: from here on, and before that. */
  readonly start: bigint;
  readonly end: bigint;
  /** As `conditionOf` takes them. */
  readonly filters: readonly string[];
  /** What we have added ourselves: it is taken off again, and series that were split by it are one. */
  readonly names: AnnotationNames;
  /** Values that a window shall have; it never has more than twice as many, unless within a second. */
  readonly page?: number;
}

/** Where to go on: nanoseconds, as text. */
interface Place {
  readonly time: string;
  /** What is before it was never asked for. */
  readonly begin?: string;
}

/** Each window costs the server a look at every series: some 75 microseconds, as much as 30 values do. */
const PAGE = 500_000;
const MOST = 2;

export class InfluxHistory implements History {
  readonly name: string;
  readonly #source: Source;
  readonly #condition: string;
  readonly #page: number;

  /** Asks nothing yet. Throws a Refusal. */
  constructor(source: Source) {
    const { connection, filters, names } = source;
    this.#source = source;
    this.#page = source.page ?? PAGE;
    this.name = [connection.url, connection.org, connection.bucket, ...filters].join(' ');
    const condition = conditionOf(filters);
    this.#condition = [
      ...(condition === undefined ? [] : [`(${condition})`]),
      ...[names.level, STATS_MEASUREMENT].map((name) => `r._measurement != ${fluxString(name)}`),
      ...[...names.fields].map((name) => `r._field != ${fluxString(name)}`),
    ].join(' and ');
  }

  async begin(): Promise<bigint> {
    return this.#source.start;
  }

  describe(position: unknown): string {
    return timeText(BigInt((position as Place).time));
  }

  check(position: unknown, finished: boolean): void {
    const { time, begin } = position as Place;
    const { start, end } = this.#source;
    const anew = 'or remove the directory to begin anew';
    if (begin !== undefined && start < BigInt(begin))
      throw new Refusal(
        'TRAIN_READ',
        `this was read from ${timeText(BigInt(begin))} on, and what is before cannot be learned any more; give no earlier --start, ${anew}`,
      );
    if (finished && BigInt(time) >= end)
      throw new Refusal(
        'TRAIN_READ',
        `this was read up to ${timeText(BigInt(time))} already; give a later --stop, ${anew}`,
      );
  }

  async *read(position: unknown): AsyncGenerator<Piece, void, undefined> {
    const { start, end } = this.#source;
    const reached = position === undefined ? start : BigInt((position as Place).time);
    let from = reached > start ? reached : start;
    const whole = Number(end - from);
    const begin = from;
    // What lies between an earlier stretch and a later one was never asked for either.
    const isAnew = position === undefined || reached < start;
    const asked = isAnew ? String(start) : (position as Place).begin;
    const first = asked === undefined ? {} : { begin: asked };
    for (let width = FIRST_WINDOW; from < end; ) {
      const to = from + width < end ? from + width : end;
      const most = width > SECOND ? MOST * this.#page : Number.POSITIVE_INFINITY;
      const page = await this.#window(from, to, most);
      if (page.values > most) {
        // It was read up to there, a series after the other: they tell where the values begin, and how dense they are.
        width = atLeastASecond(page.timeAt(1 / NARROW) - from);
        continue;
      }
      for (const bytes of page.lines())
        yield { bytes, ends: false, share: Number(from - begin) / whole, position: () => undefined };
      const time = String(to);
      yield {
        bytes: NOTHING,
        ends: true,
        share: Number(to - begin) / whole,
        position: () => ({ time, ...first }),
      };
      from = to;
      const factor = Math.min(WIDEN, Math.max(1 / NARROW, this.#page / Math.max(1, page.values)));
      width = atLeastASecond(BigInt(Math.round(Number(width) * factor)));
    }
  }

  /** The values of a window; where they are more than `most`, some more than that. */
  async #window(from: bigint, to: bigint, most: number): Promise<Page> {
    const { connection, names } = this.#source;
    return query(connection, this.#flux(from, to), this.#source, async (lines) => {
      const page = new Page();
      const tables = new Tables(names.tags, (tagSet, time, field) => page.add(tagSet, time, field));
      for await (const line of lines) {
        tables.line(line);
        if (page.values > most) break;
      }
      return page;
    });
  }

  #flux(from: bigint, to: bigint): string {
    const range = `start: ${timeText(from)}, stop: ${timeText(to)}`;
    return [
      `from(bucket: ${fluxString(this.#source.connection.bucket)})`,
      `range(${range})`,
      `filter(fn: (r) => ${this.#condition})`,
      // The same in every row, and a third of its length.
      'drop(columns: ["_start", "_stop"])',
    ].join('\n  |> ');
  }
}

function atLeastASecond(width: bigint): bigint {
  return width < SECOND ? SECOND : width;
}
