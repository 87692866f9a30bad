/**
 * The answer of a Flux query, line by line: tables of annotated csv. Values stay text: a number of JavaScript's holds
 * neither every int64 nor every time.
 */
import { LineSplitter } from '@influxdata/influxdb-client';
import { shown } from '../shown.ts';
import { escapeKey, escapeName, fieldText } from './escape.ts';

/** What a query may fail with behind its first rows, when its status has been sent. */
export class FluxError extends Error {}

/** What is no answer of InfluxDB, or a part of one only: a proxy, or the network. Asking again may help. */
export class GarbledError extends Error {}

/** Is told of each value: its tag set and its field as line protocol has them, its time as RFC 3339. */
export type TakeValue = (tagSet: string, time: string, field: string) => void;

/** Not tags: the first three columns have no names of their own. */
const FIRST_COLUMN = 3;
const OWN = ['_start', '_stop', '_time', '_value', '_field', '_measurement'];

export class Tables {
  readonly #splitter = new LineSplitter();
  readonly #ours: ReadonlySet<string>;
  readonly #take: TakeValue;
  #types: readonly string[] = [];
  /** Undefined between the annotations and the names. */
  #names: readonly string[] | undefined;
  #place = { time: 0, value: 0, field: 0, measurement: 0 };
  #type = '';
  /** Column and escaped name, in the order of line protocol. */
  #tags: readonly [column: number, key: string][] = [];
  /** The table whose tag set and field key these are. */
  #table: string | undefined;
  #tagSet = '';
  #field = '';

  /** @param ours tags that are left out */
  constructor(ours: ReadonlySet<string>, take: TakeValue) {
    this.#ours = ours;
    this.#take = take;
  }

  /** A line without its end. Throws a FluxError where the server says that something went wrong, or a GarbledError. */
  line(text: string): void {
    if (text === '') return;
    const cells = this.#splitter.splitLine(text);
    if (cells[0] !== '') {
      if (!text.startsWith('#')) throw new GarbledError(`the answer is no table: ${shown(text)}`);
      if (cells[0] === '#datatype') this.#types = cells;
      this.#names = undefined;
    } else if (this.#names === undefined) this.#head(cells);
    else this.#row(cells);
  }

  #head(names: readonly string[]): void {
    this.#names = names;
    this.#table = undefined;
    const place = (name: string) => names.indexOf(name, FIRST_COLUMN);
    const [time, value, field, measurement] = ['_time', '_value', '_field', '_measurement'].map(place);
    this.#place = { time: time!, value: value!, field: field!, measurement: measurement! };
    this.#type = this.#types[value!] ?? '';
    this.#tags = names
      .map((name, column): [number, string] => [column, name])
      .filter(([column, name]) => column >= FIRST_COLUMN && !OWN.includes(name) && !this.#ours.has(name))
      .sort(([, a], [, b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([column, name]) => [column, escapeKey(name)]);
  }

  #row(cells: readonly string[]): void {
    const { time, value, field, measurement } = this.#place;
    if (time < 0 || value < 0 || field < 0) {
      const [message = 'the answer is no table of values'] = this.#names?.[1] === 'error' ? [cells[1]] : [];
      throw new FluxError(message);
    }
    if (cells.length !== this.#names?.length)
      throw new GarbledError('the answer ends in the middle of a row');
    if (cells[2] !== this.#table) {
      this.#table = cells[2];
      this.#tagSet = escapeName(cells[measurement] ?? '');
      for (const [column, key] of this.#tags) {
        const text = escapeKey(cells[column] ?? '');
        if (key !== '' && text !== '') this.#tagSet += `,${key}=${text}`;
      }
      this.#field = `${escapeKey(cells[field]!)}=`;
    }
    this.#take(this.#tagSet, cells[time]!, this.#field + fieldText(cells[value]!, this.#type));
  }
}
