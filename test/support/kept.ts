/**
 * What a store holds, read without the program's own road: every checksum, which rows have which series, and whether
 * rows and records agree.
 */
import { crc32 } from 'node:zlib';
import { aliasOf, CATALOG_KEY, type Catalog, decodeText, fieldKeyKey } from '../../src/state/catalog.ts';
import { Frames } from '../../src/state/frames.ts';
import { decodeRecord, RECORD_PREFIX, tagSetOf } from '../../src/state/record.ts';
import { COUNT, State, TIME_HIGH, TIME_LOW } from '../../src/state/state.ts';
import type { Store } from '../../src/store.ts';

/** A checksum and a session stand behind the rows of a page. */
const TRAILER = 8;
const MOST_KEYS = 1e7;

export interface Kept {
  readonly catalog: Catalog;
  /** By `nameOf`; what is not written yet is all zeros. */
  readonly rows: Map<string, Buffer>;
  /** What should not be so. */
  readonly wrong: string[];
}

/** Names a row. */
export function nameOf(alias: string, tagSet: string, field: string): string {
  return `${alias}|${tagSet}|${field}`;
}

/** Whose rows they are, as `nameOf` has it: a detector's by its alias, those beside them by what they are too. */
function ownerOf(identity: string): string {
  const what = identity.split(' ').at(-3)!;
  const alias = aliasOf(identity);
  return what === 'judge' || what === 'alarms' ? `${alias}/${what}` : alias;
}

/** Last time of a row in nanoseconds, and how many values it has learned. */
export function headerOf(row: Buffer): { time: bigint; count: number } {
  const high = BigInt(row.readInt32LE(4 * TIME_HIGH));
  return { time: (high << 32n) + BigInt(row.readUInt32LE(4 * TIME_LOW)), count: row.readInt32LE(4 * COUNT) };
}

/** The catalog, or undefined before the first write. Throws where it is damaged. */
export async function readCatalog(store: Store): Promise<Catalog | undefined> {
  const value = await one(store, CATALOG_KEY);
  if (value === undefined) return undefined;
  const text = decodeText(value);
  if (text === undefined) throw new Error('the catalog is damaged');
  return JSON.parse(text);
}

/** Everything, or undefined before the first write. */
export async function readKept(store: Store): Promise<Kept | undefined> {
  const catalog = await readCatalog(store);
  if (catalog === undefined) return undefined;
  const rows = new Map<string, Buffer>();
  const wrong: string[] = [];
  const fields: string[] = [];
  for (let id = 0; id < catalog.fieldKeys; id++) {
    const value = await one(store, fieldKeyKey(id));
    const text = value && decodeText(value);
    if (text === undefined) wrong.push(`field key ${id} is missing or damaged`);
    fields.push(text ?? '');
  }
  const instances = await Promise.all(
    catalog.instances.map(async ({ number, identity, width, rows }) => ({
      number,
      alias: ownerOf(identity),
      rows,
      pages: await readPages(store, number, width, wrong),
    })),
  );
  let records = 0;
  await each(store, RECORD_PREFIX, (key, value) => {
    records++;
    const series = value && decodeRecord(Buffer.from(key), value);
    if (series === undefined) {
      wrong.push(`the record of ${Buffer.from(key)} is damaged`);
      return;
    }
    const tagSet = tagSetOf(key, value!).toString();
    for (const { fieldKey, rows: numbers } of series) {
      if (fieldKey >= fields.length) wrong.push(`${tagSet} has field key ${fieldKey} of ${fields.length}`);
      for (let at = 0; at < numbers.length; at += 2) {
        const instance = instances.find(({ number }) => number === numbers[at]);
        if (instance === undefined) continue;
        const row = numbers[at + 1]!;
        const name = nameOf(instance.alias, tagSet, fields[fieldKey]!);
        if (row >= instance.rows) wrong.push(`${name} has row ${row} of ${instance.rows}`);
        if (rows.has(name)) wrong.push(`${name} has two rows`);
        const bytes = instance.pages.take(row);
        if (bytes === undefined) wrong.push(`row ${row} is ${name}'s and another's`);
        else rows.set(name, bytes);
      }
    }
  });
  if (records !== catalog.tagSets) wrong.push(`${records} records, and the catalog says ${catalog.tagSets}`);
  for (const { alias, pages } of instances) {
    for (const row of pages.orphans()) wrong.push(`row ${row} of ${alias} is nobody's and not zero`);
  }
  return { catalog, rows, wrong };
}

/** The pages of an instance, and which of their rows have been asked for. */
interface Pages {
  /** The row, or undefined when it was taken before. */
  take(row: number): Buffer | undefined;
  /** Rows that nobody took and that hold something. */
  orphans(): number[];
}

async function readPages(store: Store, number: number, width: number, wrong: string[]): Promise<Pages> {
  const layout = new State(new Frames(), width, () => {}, number);
  const { rowsPerPage, stride } = layout;
  const rowBytes = 8 * stride;
  const pages = new Map<number, Buffer>();
  await each(store, layout.key(0).subarray(0, 5), (key, value) => {
    const page = Buffer.from(key).readUInt32BE(5);
    const bytes = Buffer.from(value ?? []);
    const end = bytes.length - TRAILER;
    const isWhole = () =>
      crc32(bytes.subarray(end + 4), crc32(bytes.subarray(0, end), crc32(key))) === bytes.readUInt32LE(end);
    if (end !== rowsPerPage * rowBytes || !isWhole())
      wrong.push(`page ${page} of instance ${number} is damaged`);
    else pages.set(page, bytes);
  });
  const taken = new Set<number>();
  const at = (row: number) => {
    const from = (row % rowsPerPage) * rowBytes;
    return (
      pages.get(Math.trunc(row / rowsPerPage))?.subarray(from, from + rowBytes) ?? Buffer.alloc(rowBytes)
    );
  };
  return {
    take: (row) => {
      if (taken.has(row)) return undefined;
      taken.add(row);
      return at(row);
    },
    orphans: () =>
      [...pages.keys()]
        .flatMap((page) => Array.from({ length: rowsPerPage }, (_, i) => page * rowsPerPage + i))
        .filter((row) => !taken.has(row) && at(row).some((byte) => byte !== 0)),
  };
}

async function one(store: Store, key: Uint8Array): Promise<Buffer | undefined> {
  let found: Buffer | undefined;
  await store.getMany([key], (_, value) => {
    if (value !== undefined) found = Buffer.from(value);
  });
  return found;
}

/** Where the tree itself is damaged, a key may be listed and not be found. */
async function each(store: Store, prefix: Uint8Array, take: (key: Uint8Array, value?: Uint8Array) => void) {
  const keys = await store.keys(prefix, undefined, MOST_KEYS);
  await store.getMany(keys, (index, value) => take(keys[index]!, value));
}
