/** Rows of csv become points: the columns that are tags, the time, and every other column a field. */
import { Refusal } from '../refusal.ts';
import type { CsvOptions } from './options.ts';
import { shown, shownNames } from './shown.ts';
import { nanosecondsOf, precisionOf } from './time.ts';

/** Taken for the time when nothing else is said. */
const TIMES = ['time', 'timestamp'];
/** As line protocol writes a float. */
const PLAIN = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const INTEGER = /^-?\d{1,19}$/;
/** Cells that say that there is no value. */
const NOTHING = /^(|nan|null|none|na|n\/a)$/i;
/** Names and tags that line protocol cannot say. */
const UNSAYABLE = /[\n\r]|\\$/;

/** Why a row is no point. */
export class BadRow extends Error {}

type Kind = 'float' | 'integer' | 'string';

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
    this.#measurement = escaped(options.measurement ?? measurement, /[, ]/g);
    const { tags, constants, integers, strings, drops } = options;
    const twice = columns.find((name, column) => name !== '' && columns.indexOf(name) < column);
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
    this.#fields = columns
      .map((name, column) => ({ name, column, key: `${escaped(name)}=`, kind: kindOf(name, options) }))
      .filter(
        ({ name, column }) => column !== this.#time && ![...tags, ...drops].includes(name) && name !== '',
      );
    if (this.#fields.length === 0)
      throw new Refusal('CSV_NO_FIELD', `no column of ${shownNames(columns)} is left for a field`);
    refuseNames(options.measurement ?? measurement, this.#tags, constants, this.#fields);
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
      const value = valueText(field, cells[field.column]!);
      if (value !== '') fields += `${fields === '' ? '' : ','}${field.key}${value}`;
    }
    return fields === '' ? '' : `${this.#keyOf(cells)} ${fields} ${this.#timeOf(cells, row)}`;
  }

  /** How many columns the file has. */
  get width(): number {
    return this.#columns.length;
  }

  #column(name: string): number {
    const column = this.#columns.indexOf(name);
    if (column >= 0) return column;
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

function kindOf(name: string, { integers, strings }: CsvOptions): Kind {
  return integers.includes(name) ? 'integer' : strings.includes(name) ? 'string' : 'float';
}

/** As line protocol has it; empty where the cell has none. */
function valueText({ name, kind }: Field, cell: string): string {
  if (kind === 'string') return cell === '' ? '' : `"${cell.replace(/["\\]/g, '\\$&')}"`;
  const text = cell.trim();
  if (kind === 'float') {
    if (PLAIN.test(text) && Number.isFinite(Number(text))) return text;
    if (NUMBER.test(text) && Number.isFinite(Number(text))) return String(Number(text));
  } else if (INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return `${text}i`;
  if (NOTHING.test(text)) return '';
  const wanted = kind === 'float' ? 'number' : 'whole number of 64 bits';
  throw new BadRow(
    `"${shown(text)}" in the column ${shown(name)} is no ${wanted}; --string, --tag or --drop ${shown(name)} says otherwise`,
  );
}

function escaped(text: string, characters = /[,= ]/g): string {
  return text.replace(characters, '\\$&');
}

/** Refuses names that would make no line protocol, or one that is read as another point. */
function refuseNames(
  measurement: string,
  tags: readonly Tag[],
  constants: CsvOptions['constants'],
  fields: readonly Field[],
): void {
  if (measurement === '' || measurement.startsWith('#') || UNSAYABLE.test(measurement))
    throw new Refusal(
      'CSV_MEASUREMENT',
      `"${shown(measurement)}" cannot name a measurement: it is empty, begins with #, has a line break, or ends in a backslash; give another by --measurement`,
    );
  const keys = tags.map(({ key }) => key);
  const names = fields.map(({ name }) => name);
  const twice = [...keys, ...names].find((key, at, all) => all.indexOf(key) < at);
  if (twice !== undefined)
    throw new Refusal(
      'CSV_SAME_TAG',
      `"${shown(twice)}" would be there twice, as a tag and again; say --tag for it once, or --drop ${shown(twice)} where a column is named so`,
    );
  if ([...keys, ...names].includes('time'))
    throw new Refusal(
      'CSV_NAME',
      'a field or tag cannot be named time; say --drop time, or name the columns otherwise by --columns or in the header',
    );
  const wrong = [...keys, ...names, ...constants.map(([, value]) => value)].find((name) =>
    UNSAYABLE.test(name),
  );
  if (wrong !== undefined)
    throw new Refusal(
      'CSV_NAME',
      `"${shown(wrong)}" has a line break in it, or a backslash at its end, and can be no name or tag; say --drop, or name it otherwise by --columns or in the header`,
    );
}
