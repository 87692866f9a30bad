/**
 * The records of csv text that comes in portions. Nearly all are a line without a quote, which needs no grammar; the
 * others are csv-parse's. A quote where none should be costs its own line, and not those that follow.
 */
import { parse } from 'csv-parse/sync';

/** A quoted cell may hold so many line breaks. */
const MOST_BREAKS = 100;
/**
 * Characters of a line, and of the lines of one open quote. A row of 100,000 columns has about one million; of a file that
 * has no line breaks no more than this is kept in memory.
 */
const LONGEST = 16 * 2 ** 20;
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
  /** The begin of a line whose end has not come; cut where the line is too long already. */
  #rest = '';
  /** The lines that an open quote has gone over so far. */
  #open: string[] = [];
  /** Of the open lines: their characters, and the quotes among them. */
  #length = 0;
  #quotes = 0;
  #line = 0;

  /** @param delimiter one character */
  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The records that are complete with this portion. */
  *add(text: string): Generator<CsvRecord> {
    // The begin is only put before its end: to search it again with each portion takes the square of its length.
    const [first, ...more] = text.split('\n');
    if (this.#rest.length <= LONGEST) this.#rest += first;
    for (const begin of more) {
      yield* this.#take(this.#rest);
      this.#rest = begin;
    }
  }

  /** No more text: a last line needs no end. */
  *end(): Generator<CsvRecord> {
    if (this.#rest !== '') yield* this.#take(this.#rest);
    this.#rest = '';
    while (this.#open.length > 0) yield* this.#giveUp();
  }

  *#take(given: string): Generator<CsvRecord> {
    if (given.length > LONGEST) return yield* this.#refuse();
    this.#line++;
    const line = given.endsWith('\r') ? given.slice(0, -1) : given;
    if (this.#open.length === 0 && !line.includes(QUOTE)) {
      yield { line: this.#line, cells: line === '' ? [] : line.split(this.#delimiter) };
      return;
    }
    this.#open.push(line);
    this.#length += line.length;
    this.#quotes += quotesOf(line);
    if (this.#length > LONGEST) yield* this.#giveUp();
    else if (this.#quotes % 2 === 0) yield* this.#close();
    else if (this.#open.length > MOST_BREAKS) yield* this.#giveUp();
  }

  /** A line that is no row, nor the end of one. */
  *#refuse(): Generator<CsvRecord> {
    while (this.#open.length > 0) yield* this.#giveUp();
    yield { line: ++this.#line, cells: undefined, reason: `a row of more than ${LONGEST / 2 ** 20} MiB` };
  }

  /** The open lines are one record, or the first of them has a quote that another one only seems to close. */
  *#close(): Generator<CsvRecord> {
    const cells = cellsOf(this.#open.join('\n'), this.#delimiter);
    if (cells === undefined) return yield* this.#giveUp();
    const line = this.#line - this.#open.length + 1;
    this.#reset();
    yield { line, cells };
  }

  /** The first of the open lines was no record; those behind it are read again. */
  *#giveUp(): Generator<CsvRecord> {
    const [first, ...again] = this.#open;
    const isPaired = quotesOf(first!) % 2 === 0;
    const reason = isPaired ? 'a quote is within a cell that is not quoted' : 'a quote is never closed';
    this.#line -= again.length;
    this.#reset();
    yield { line: this.#line, cells: undefined, reason };
    for (const line of again) yield* this.#take(line);
  }

  #reset(): void {
    this.#open = [];
    this.#length = 0;
    this.#quotes = 0;
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

/** How many there are. One inside of a quoted cell is doubled, so that those of a record come in pairs. */
function quotesOf(text: string): number {
  return text.split(QUOTE).length - 1;
}
