/** The series of a stored state as things to show: their instances, and what their rows say. */

import { OPEN } from '../judge.ts';
import { finish } from '../waiting.ts';
import { type ArchivedRow, type RowName, readRecords, readRows, recordsOf, type Source } from './archive.ts';
import type { Catalog, StoredInstance } from './catalog.ts';
import { DERIVED, HEADER, headerOf, OFF } from './page.ts';
import type { StoredSeries } from './record.ts';

/** Records that are read together: few enough that what is read is never much. */
const BATCH = 500;

/** The parts of an instance's identity. */
export interface InstanceName {
  readonly alias: string;
  readonly detector: string;
  readonly version: number;
  /** Hash of the options that shape the rows. */
  readonly options: string;
}

/** A row as it is stored. */
export interface ShownRow extends InstanceName {
  readonly row: number;
  /** Nanoseconds of the last value; undefined where nothing was learned. */
  readonly last: bigint | undefined;
  readonly count: number;
  readonly alarm: boolean;
  /** The series was found to be a counter: the row has learned how fast it rises. */
  readonly counter: boolean;
  /** The detector threw, in the process that wrote last. */
  readonly off: boolean;
  /** The page is damaged, and begins anew. */
  readonly damaged: boolean;
  readonly floats: Float64Array;
}

export interface ShownSeries {
  readonly tagSet: string;
  readonly field: string;
  readonly rows: readonly ShownRow[];
}

export type TextFilter = (text: string) => boolean;

export function instanceName(identity: string): InstanceName {
  const [, alias = identity, detector = '', version = '', options = ''] =
    /^(.*) (\S+) (\S+) (\S+)$/s.exec(identity) ?? [];
  return { alias, detector, version: Number(version), options };
}

/** Goes through a state in the order of the keys. What is damaged is passed over. */
export class SeriesList {
  /** Records so far that are damaged. */
  damaged = 0;
  readonly #source: Source;
  readonly #catalog: Catalog;
  readonly #fieldKeys: readonly string[];

  constructor(source: Source, catalog: Catalog, fieldKeys: readonly string[]) {
    this.#source = source;
    this.#catalog = catalog;
    this.#fieldKeys = fieldKeys;
  }

  /** The series that pass both filters, some at a time. */
  async *all(
    tagSets: TextFilter = () => true,
    fields: TextFilter = () => true,
  ): AsyncGenerator<ShownSeries[]> {
    for await (const found of this.names(tagSets, fields)) yield await this.#withRows(found);
  }

  /** As `all`, without a look at the rows. */
  async *names(
    tagSets: TextFilter = () => true,
    fields: TextFilter = () => true,
  ): AsyncGenerator<[tagSet: string, StoredSeries][]> {
    let after: Uint8Array | undefined;
    for (;;) {
      const records = await finish(readRecords(this.#source, after, BATCH));
      after = records.at(-1)?.key;
      if (after === undefined) return;
      const found: [string, StoredSeries][] = [];
      for (const { tagSet, series } of records) {
        if (tagSet === undefined) this.damaged++;
        const text = String(tagSet);
        if (tagSet === undefined || !tagSets(text)) continue;
        for (const one of series) if (fields(this.field(one))) found.push([text, one]);
      }
      yield found;
    }
  }

  /** The series of one tag set, by its record's key. */
  async of(key: Uint8Array): Promise<ShownSeries[]> {
    const records = await finish(recordsOf(this.#source, [key]));
    return this.#withRows(
      records.flatMap(({ tagSet, series }) =>
        series.map((one): [string, StoredSeries] => [String(tagSet), one]),
      ),
    );
  }

  field({ fieldKey }: StoredSeries): string {
    return this.#fieldKeys[fieldKey] ?? '';
  }

  async #withRows(found: readonly [string, StoredSeries][]): Promise<ShownSeries[]> {
    const instances = new Map(this.#catalog.instances.map((instance) => [instance.number, instance]));
    const shown = found.map(([tagSet, one]) => ({ tagSet, field: this.field(one), rows: [] as ShownRow[] }));
    const names: (RowName & { readonly of: number; readonly instance: StoredInstance })[] = [];
    for (const [of, [, { rows }]] of found.entries()) {
      for (let i = 0; i < rows.length; i += 2) {
        const instance = instances.get(rows[i]!);
        if (instance === undefined) continue;
        names.push({ number: instance.number, width: instance.width, row: rows[i + 1]!, of, instance });
      }
    }
    await finish(
      readRows(this.#source, names, (index, archived) => {
        const { of, row, instance } = names[index]!;
        shown[of]!.rows.push(this.#row(instance, row, archived));
      }),
    );
    return shown;
  }

  #row({ identity }: StoredInstance, row: number, { bytes, session, damaged }: ArchivedRow): ShownRow {
    const { nanoseconds, count, flags } = headerOf(new DataView(bytes.buffer, bytes.byteOffset), 0);
    const floats = new Float64Array(Uint8Array.from(bytes).buffer).subarray(HEADER);
    return {
      ...instanceName(identity),
      row,
      last: count > 0 ? nanoseconds : undefined,
      count,
      alarm: (flags & OPEN) !== 0,
      counter: (flags & DERIVED) !== 0,
      off: (flags & OFF) !== 0 && session === this.#catalog.session,
      damaged,
      floats,
    };
  }
}
