/**
 * Reads what a store holds, a few records at a time, so that a state of any size can be gone through. Each record
 * and each page is whole; what a running process has not saved yet is not there.
 */

import type { Store } from '../store.ts';
import { type Waiting, wait } from '../waiting.ts';
import {
  CATALOG_KEY,
  type Catalog,
  CatalogError,
  decodeCatalog,
  decodeText,
  fieldKeyKey,
} from './catalog.ts';
import { opened, pageKey, rowsPerPage, strideOf } from './page.ts';
import { decodeRecord, RECORD_PREFIX, type StoredSeries, tagSetOf } from './record.ts';

const EVERYTHING = Buffer.alloc(0);

/** What there is to read from: a store, or one with what is on its way to it. */
export type Source = Pick<Store, 'getMany' | 'keys'>;

/** A tag set's record. */
export interface Archived {
  readonly key: Uint8Array;
  /** Undefined where the record is damaged; the key may be cut then. */
  readonly tagSet: Buffer | undefined;
  readonly series: readonly StoredSeries[];
}

/** A row: an instance by its number and width, and the row's number. */
export interface RowName {
  readonly number: number;
  readonly width: number;
  readonly row: number;
}

/** A row of the store. */
export interface ArchivedRow {
  /** Header and floats of the row, a copy; all zeros where the store has nothing. */
  readonly bytes: Uint8Array;
  /** The session that wrote it; 0 where the store has nothing. */
  readonly session: number;
  /** The row's page is damaged, and will begin anew. */
  readonly damaged: boolean;
}

/** The catalog, or undefined where the store is empty. Throws a CatalogError. */
export function* readCatalog(source: Source): Waiting<Catalog | undefined> {
  let catalog: Catalog | undefined;
  yield* wait(
    source.getMany([CATALOG_KEY], (_, value) => {
      catalog = value && decodeCatalog(value);
    }),
  );
  const [some] = catalog === undefined ? yield* wait(source.keys(EVERYTHING, undefined, 1)) : [];
  if (some !== undefined) throw new CatalogError('STATE_DAMAGED', 'the catalog of the state is missing');
  return catalog;
}

/** The bytes of all field keys, by their numbers. */
export function* readFieldKeys(source: Source, { fieldKeys }: Catalog): Waiting<Buffer[]> {
  const keys = Array.from({ length: fieldKeys }, (_, id) => fieldKeyKey(id));
  const texts: Buffer[] = [];
  yield* wait(
    source.getMany(keys, (id, value) => {
      const text = value && decodeText(value);
      // A name that is damaged keeps its number, under a name that no field has.
      texts[id] = Buffer.from(text ?? `\n${id}`, 'latin1');
    }),
  );
  return texts;
}

/** Up to so many records in the order of their keys, those after the key `after`; none at the end. */
export function* readRecords(
  source: Source,
  after: Uint8Array | undefined,
  limit: number,
): Waiting<Archived[]> {
  return yield* recordsOf(source, yield* wait(source.keys(RECORD_PREFIX, after, limit)));
}

/** The records of these keys, less those that are not there. */
export function* recordsOf(source: Source, keys: readonly Uint8Array[]): Waiting<Archived[]> {
  const records: Archived[] = [];
  yield* wait(
    source.getMany(keys, (i, value) => {
      if (value === undefined) return;
      const key = keys[i]!;
      const series = decodeRecord(key, value);
      records.push({ key, tagSet: series && tagSetOf(key, value), series: series ?? [] });
    }),
  );
  return records;
}

/** Calls `take` with each of the rows, not in their order: each page is read once. */
export function* readRows(
  source: Source,
  names: readonly RowName[],
  take: (index: number, row: ArchivedRow) => void,
): Waiting<void> {
  const pages = new Map<string, number[]>();
  const keys: Buffer[] = [];
  for (const [index, { number, width, row }] of names.entries()) {
    const page = Math.trunc(row / rowsPerPage(strideOf(width)));
    const name = `${number} ${page}`;
    const members = pages.get(name);
    if (members !== undefined) {
      members.push(index);
      continue;
    }
    pages.set(name, [index]);
    keys.push(pageKey(number, page));
  }
  const lists = [...pages.values()];
  yield* wait(
    source.getMany(keys, (i, value) => {
      const stride = strideOf(names[lists[i]![0]!]!.width);
      const stored = value && opened(value, stride);
      const damaged = value !== undefined && stored === undefined;
      for (const index of lists[i]!) {
        const at = (names[index]!.row % rowsPerPage(stride)) * stride * 8;
        const bytes = new Uint8Array(stride * 8);
        // Not by slice(): where the store hands out a Buffer, that is no copy.
        if (stored !== undefined) bytes.set(stored.rows.subarray(at, at + bytes.length));
        take(index, { bytes, session: stored?.session ?? 0, damaged });
      }
    }),
  );
}
