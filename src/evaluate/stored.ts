/** Scores that a detector of others has left in a csv file with the columns file, row and anomaly_score. */
import { basename } from 'node:path';
import { Refusal } from '../refusal.ts';
import type { Series } from './corpus.ts';
import { readCsv } from './csv.ts';

export interface Stored {
  readonly name: string;
  /** By series of the corpus, then by row. */
  readonly strangeness: readonly Float64Array[];
}

/** `file` names the series, `row` counts from 0. Throws a Refusal where a row has no score, or two. */
export function readStored(path: string, corpus: readonly Series[]): Stored {
  const csv = readCsv(path);
  const byName = new Map(corpus.map(({ name, values }) => [name, new Float64Array(values.length).fill(-1)]));
  const rows = csv.column('row');
  const scores = csv.column('anomaly_score');
  for (const [at, name] of csv.column('file').entries()) {
    const strangeness = byName.get(name);
    if (strangeness === undefined) continue;
    const row = Number(rows[at]);
    const score = scores[at] === '' ? Number.NaN : Number(scores[at]);
    if (strangeness[row] !== -1 || !(score >= 0 && score < Number.POSITIVE_INFINITY))
      throw new Refusal(
        'EVALUATE_STORED',
        `${path}:${at + 2}: score "${scores[at]}" of row ${rows[at]} of ${name}; each row has one score, 0 or more`,
      );
    strangeness[row] = score;
  }
  for (const [name, strangeness] of byName) {
    const row = strangeness.indexOf(-1);
    if (row >= 0)
      throw new Refusal('EVALUATE_STORED', `${path}: there is no score for row ${row} of ${name}`);
  }
  return { name: basename(path).replace(/\..*$/, ''), strangeness: [...byName.values()] };
}
