/**
 * What a store holds, in one value: the format, the detector instances and how many rows each has. It is written
 * with every batch, so it is never behind the rows.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { z } from 'zod';
import type { Detector } from '../detector.ts';
import { optionTypes } from '../options.ts';

/** Of keys, pages and records together. A store of another format is left alone. */
export const FORMAT = 1;

/** Nothing in the store can be understood: its catalog is damaged, or another version's. */
export class CatalogError extends Error {
  readonly code: 'STATE_DAMAGED' | 'STATE_FORMAT';

  constructor(code: CatalogError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export const CATALOG_KEY = Buffer.from('c');

/** A detector instance of which the store has rows. */
export interface StoredInstance {
  /** Never given twice. */
  readonly number: number;
  /** Whose rows they are: see `identityOf`. */
  readonly identity: string;
  readonly width: number;
  /** Rows given so far. */
  rows: number;
  /** When a config last named it, in milliseconds. */
  usedAt: number;
}

export interface Catalog {
  readonly format: number;
  /** Counts the processes that have written here. */
  session: number;
  nextNumber: number;
  fieldKeys: number;
  /** Tag sets that have a record. */
  tagSets: number;
  /** When the last snapshot was complete, in milliseconds; 0 before the first. */
  savedAt: number;
  instances: StoredInstance[];
}

export function newCatalog(): Catalog {
  return { format: FORMAT, session: 0, nextNumber: 0, fieldKeys: 0, tagSets: 0, savedAt: 0, instances: [] };
}

/** Throws a CatalogError. */
export function decodeCatalog(value: Uint8Array): Catalog {
  const text = decodeText(value);
  if (text === undefined) throw new CatalogError('STATE_DAMAGED', 'the catalog of the state is damaged');
  const catalog: Catalog = JSON.parse(text);
  if (catalog.format === FORMAT) return catalog;
  throw new CatalogError(
    'STATE_FORMAT',
    `the state has format ${catalog.format}, this version knows ${FORMAT}; use a newer version, or another path`,
  );
}

/** Text behind its checksum: catalogs, and the names of fields. */
export function encodeText(text: string): Buffer {
  const value = Buffer.concat([Buffer.alloc(4), Buffer.from(text)]);
  value.writeUInt32LE(crc32(value.subarray(4)), 0);
  return value;
}

/** The text, or undefined where it is damaged. */
export function decodeText(value: Uint8Array): string | undefined {
  if (value.length < 4) return undefined;
  const bytes = Buffer.from(value);
  return bytes.readUInt32LE(0) === crc32(bytes.subarray(4)) ? bytes.toString('utf8', 4) : undefined;
}

/** The store's key of a field key's text. */
export function fieldKeyKey(fieldKey: number): Buffer {
  const key = Buffer.from('f\0\0\0\0');
  key.writeUInt32BE(fieldKey, 1);
  return key;
}

/**
 * Names what rows mean: the detector, its version, and the options that shape them. What is changed beside these
 * keeps what was learned. Two tables of one detector are told apart by their alias.
 * @param quantity what is learned, where it is another thing than by default
 */
export function identityOf(detector: Detector, options: unknown, alias: string, quantity = ''): string {
  const { shape } = detector.options(optionTypes);
  const shaping = Object.entries(shape).filter(([, type]) => (type as z.ZodType).meta()?.shapes === true);
  const values = shaping.map(([key]) => [key, (options as Record<string, unknown>)[key]]).sort();
  const digest = hash('sha256', JSON.stringify(values) + quantity, 'hex').slice(0, 16);
  return `${alias} ${detector.name} ${detector.version} ${digest}`;
}

/** Of rows beside the detector's of this identity: the judge's, say. `layout` is what is in them. */
export function besideIdentityOf(identity: string, name: string, version: number, layout = ''): string {
  const digest = hash('sha256', `${identity} ${layout}`, 'hex').slice(0, 16);
  return `${aliasOf(identity)} ${name} ${version} ${digest}`;
}

/** The alias in an identity; it may have spaces in it. */
export function aliasOf(identity: string): string {
  return identity.split(' ').slice(0, -3).join(' ');
}
