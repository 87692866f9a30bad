/**
 * The records of csv text that comes in portions. Nearly all are a line without a quote, which needs no grammar; the
 * others are csv-parse's. A quote where none should be costs its own line, and not those that follow.
 */
import { parse } from 'csv-parse/sync';

/** A quoted cell may hold so many line breaks. */
const MOST_BREAKS = 100;
const QUOTE = '"';

export interface CsvRecord {
  /** Of the file, from 1; where the record begins. */
  readonly line: number;
  /** Without the quotes; none where the line is empty. Undefined where the record cannot be read, and `reason` says why. */
  readonly cells: readonly string[] | undefined;
  readonly reason?: string;
}

export class Records {
  readonly #delimiter: string;
  /** What is left of the last portion: the begin of a line. */
  #rest = '';
  /** The lines that an open quote has gone over so far. */
  #open: string[] = [];
  #line = 0;

  /** @param delimiter one character */
  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The records that are complete with this portion. */
  *add(text: string): Generator<CsvRecord> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) yield* this.#take(line);
  }

  /** No more text: a last line needs no end. */
  *end(): Generator<CsvRecord> {
    if (this.#rest !== '') yield* this.#take(this.#rest);
    this.#rest = '';
    while (this.#open.length > 0) yield* this.#giveUp();
  }

  *#take(given: string): Generator<CsvRecord> {
    this.#line++;
    const line = given.endsWith('\r') ? given.slice(0, -1) : given;
    if (this.#open.length === 0 && !line.includes(QUOTE)) {
      yield { line: this.#line, cells: line === '' ? [] : line.split(this.#delimiter) };
      return;
    }
    this.#open.push(line);
    const text = this.#open.join('\n');
    if (isClosed(text)) yield* this.#close(text);
    else if (this.#open.length > MOST_BREAKS) yield* this.#giveUp();
  }

  /** The open lines are one record, or the first of them has a quote that another one only seems to close. */
  *#close(text: string): Generator<CsvRecord> {
    const cells = cellsOf(text, this.#delimiter);
    if (cells === undefined) return yield* this.#giveUp();
    yield { line: this.#line - this.#open.length + 1, cells };
    this.#open = [];
  }

  /** The first of the open lines was no record; those behind it are read again. */
  *#giveUp(): Generator<CsvRecord> {
    const [first, ...again] = this.#open;
    const reason = isClosed(first!)
      ? 'a quote is within a cell that is not quoted'
      : 'a quote is never closed';
    this.#line -= again.length;
    this.#open = [];
    yield { line: this.#line, cells: undefined, reason };
    for (const line of again) yield* this.#take(line);
  }
}

/** Undefined where the text is no record. */
function cellsOf(text: string, delimiter: string): readonly string[] | undefined {
  try {
    const [cells] = parse(text, { delimiter, relax_column_count: true }) as string[][];
    return cells;
  } catch {
    return undefined;
  }
}

/** A quote inside of a quoted cell is doubled, so that quotes come in pairs. */
function isClosed(text: string): boolean {
  return text.split(QUOTE).length % 2 === 1;
}
