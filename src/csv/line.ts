/** Rows of csv become points: the columns that are tags, the time, and every other column a field. */
import { Refusal } from '../refusal.ts';
import { shown, shownNames } from '../shown.ts';
import { BadRow } from './bad-rows.ts';
import { type Kind, kindOf, valueText } from './cell.ts';
import { escaped, firstTwice, refuseNames, UNSAYABLE } from './names.ts';
import type { CsvOptions } from './options.ts';
import { nanosecondsOf, precisionOf } from './time.ts';

/** Taken for the time when nothing else is said. */
const TIMES = ['time', 'timestamp'];

interface Field {
  readonly column: number;
  /** "name=", escaped. */
  readonly key: string;
  readonly name: string;
  readonly kind: Kind;
}

interface Tag {
  readonly key: string;
  /** A column, or what every point has. */
  readonly value: number | string;
}

export class LineMaker {
  readonly #options: CsvOptions;
  readonly #columns: readonly string[];
  readonly #columnOf: ReadonlyMap<string, number>;
  readonly #measurement: string;
  readonly #tags: readonly Tag[];
  readonly #fields: readonly Field[];
  readonly #time: number;
  /** The last cells of the tags, and what they become: mostly the same again. */
  #cells = '';
  #tagSet: string | undefined;

  /**
   * @param columns of the file, as its header or the user names them; throws a Refusal where they do not fit
   * @param measurement where the options name none
   */
  constructor(options: CsvOptions, columns: readonly string[], measurement: string) {
    this.#options = options;
    this.#columns = columns;
    this.#columnOf = new Map(columns.map((name, column) => [name, column]));
    this.#measurement = escaped(options.measurement ?? measurement, /[, ]/g);
    const { tags, constants, integers, strings, drops } = options;
    const twice = firstTwice(columns.filter((name) => name !== ''));
    if (twice !== undefined)
      throw new Refusal(
        'CSV_SAME_COLUMN',
        `two columns are named "${shown(twice)}"; give them names by --columns, and the line of the header is left out`,
      );
    for (const name of [...tags, ...integers, ...strings, ...drops]) this.#column(name);
    // In the order in which Telegraf writes them, so that the series are the same.
    this.#tags = [
      ...tags.map((name) => ({ key: name, value: this.#column(name) })),
      ...constants.map(([key, value]) => ({ key, value })),
    ].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    this.#time = this.#timeColumn();
    const others = new Set([...tags, ...drops, '']);
    this.#fields = columns
      .map((name, column) => ({ name, column, key: `${escaped(name)}=`, kind: kindOf(name, options) }))
      .filter(({ name, column }) => column !== this.#time && !others.has(name));
    if (this.#fields.length === 0)
      throw new Refusal('CSV_NO_FIELD', `no column of ${shownNames(columns)} is left for a field`);
    refuseNames(
      options.measurement ?? measurement,
      this.#tags.map(({ key }) => key),
      constants.map(([, value]) => value),
      this.#fields.map(({ name }) => name),
    );
  }

  /**
   * The point of a row, without a newline; empty where the row has no value.
   * @param row its number in the file, from 0
   * @throws BadRow
   */
  line(cells: readonly string[], row: number): string {
    if (cells.length !== this.#columns.length)
      throw new BadRow(`${cells.length} cells where there are ${this.#columns.length} columns`);
    let fields = '';
    for (const field of this.#fields) {
      const value = valueText(field.name, field.kind, cells[field.column]!);
      if (value !== '') fields += `${fields === '' ? '' : ','}${field.key}${value}`;
    }
    return fields === '' ? '' : `${this.#keyOf(cells)} ${fields} ${this.#timeOf(cells, row)}`;
  }

  /** How many columns the file has. */
  get width(): number {
    return this.#columns.length;
  }

  #column(name: string): number {
    const column = this.#columnOf.get(name);
    if (column !== undefined) return column;
    throw new Refusal(
      'CSV_NO_COLUMN',
      `there is no column "${name}" among ${shownNames(this.#columns)}; name the columns by --columns where the file has no header`,
    );
  }

  #timeColumn(): number {
    const { time, clock } = this.#options;
    if (clock !== undefined) return -1;
    if (time !== undefined) return this.#column(time);
    const column = this.#columns.findIndex((name) => TIMES.includes(name.toLowerCase()));
    if (column >= 0) return column;
    throw new Refusal(
      'CSV_NO_TIME',
      `no column of ${shownNames(this.#columns)} is named time or timestamp; say --time COLUMN, or --start TIME --every 1m`,
    );
  }

  #timeOf(cells: readonly string[], row: number): bigint {
    const { clock, precision } = this.#options;
    if (clock !== undefined) return clock.start + BigInt(row) * clock.every;
    const cell = cells[this.#time]!.trim();
    const time = nanosecondsOf(cell, precision);
    if (time !== undefined) return time;
    const other = precisionOf(cell);
    const hint = other === undefined ? '' : ` in ${precision}; --precision ${other} says otherwise`;
    throw new BadRow(`"${shown(cell)}" is no time${hint}`);
  }

  /** Measurement and tags. */
  #keyOf(cells: readonly string[]): string {
    let known = '';
    for (const { value } of this.#tags) if (typeof value === 'number') known += `${cells[value]}\n`;
    if (this.#tagSet !== undefined && known === this.#cells) return this.#tagSet;
    let key = this.#measurement;
    for (const { key: name, value } of this.#tags) {
      const text = typeof value === 'number' ? cells[value]!.trim() : value;
      if (UNSAYABLE.test(text))
        throw new BadRow(`the tag ${name} has a line break in it, or a backslash at its end`);
      if (text !== '') key += `,${escaped(name)}=${escaped(text)}`;
    }
    this.#cells = known;
    this.#tagSet = key;
    return key;
  }
}
