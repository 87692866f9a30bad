/** What must hold for a store at any moment, however the process that wrote it ended. */
import { type RowName, readCatalog, readRecords, readRows, type Source } from '../../src/state/archive.ts';
import { finish } from '../../src/waiting.ts';
import { now } from './road.ts';

export interface Contents {
  readonly tagSets: string[];
  /** Rows that records name, and those that none does. */
  readonly named: number;
  readonly unnamed: number;
  /** What does not hold. */
  readonly broken: string[];
}

/** Reads a store that answers at once. */
export function contentsOf(store: Source): Contents {
  const catalog = now(finish(readCatalog(store)));
  if (catalog === undefined) return { tagSets: [], named: 0, unnamed: 0, broken: [] };
  const broken: string[] = [];
  const tagSets: string[] = [];
  const owner = new Map<string, string>();
  for (let after: Uint8Array | undefined; ; ) {
    const records = now(finish(readRecords(store, after, 100)));
    after = records.at(-1)?.key;
    if (after === undefined) break;
    for (const { tagSet, series } of records) {
      tagSets.push(String(tagSet));
      for (const { fieldKey, rows } of series) {
        for (let i = 0; i < rows.length; i += 2) {
          const row = `${rows[i]}/${rows[i + 1]}`;
          if (owner.has(row)) broken.push(`row ${row} of ${owner.get(row)} and ${tagSet}`);
          owner.set(row, `${tagSet} ${fieldKey}`);
        }
      }
    }
  }
  const unnamed: RowName[] = catalog.instances.flatMap(({ number, width, rows }) =>
    Array.from({ length: rows }, (_, row) => ({ number, width, row })).filter(
      ({ row }) => !owner.has(`${number}/${row}`),
    ),
  );
  now(
    finish(
      readRows(store, unnamed, (index, { bytes }) => {
        if (bytes.some((byte) => byte !== 0))
          broken.push(`row ${unnamed[index]!.row} is nobody's and not zero`);
      }),
    ),
  );
  if (catalog.tagSets < tagSets.length)
    broken.push(`the catalog counts ${catalog.tagSets} of ${tagSets.length} tag sets`);
  return { tagSets, named: owner.size, unnamed: unnamed.length, broken };
}
