/** Tells of the rows that were left out: each of the first, and how many there were. */
import { grouped } from '../progress.ts';

/** Why a row is no point. */
export class BadRow extends Error {}

/** A file of another kind would fill the screen. */
const TOLD = 20;

export class BadRows {
  count = 0;
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  readonly add = (file: string, line: number, reason: string): void => {
    this.count++;
    if (this.count <= TOLD) this.#say(`CSV_ROW: ${file}:${line}: ${reason}; the row is left out`);
    if (this.count === TOLD) this.#say('CSV_ROW: further ones are only counted');
  };

  /** At the end. */
  tell(): void {
    if (this.count > 0) this.#say(`CSV_ROWS: ${grouped(this.count)} rows were left out`);
  }
}
