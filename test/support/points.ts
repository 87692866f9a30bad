/** Line protocol in tests: what the parser made of a text, and what Telegraf's serializer would write. */
import { Batch } from '../../src/batch.ts';
import { parse } from '../../src/parse.ts';
import { Reader } from '../../src/read.ts';

export interface ParsedPoint {
  key: string;
  fields: [string, number][];
  time: bigint;
  /** What stands between the last field and the end of the line. */
  rest: string;
}

export interface Parsed {
  points: ParsedPoint[];
  batch: Batch;
  /** What was left for the next block. */
  tail: string;
}

/** Parses a text or bytes as one block. */
export function parsed(text: string | Uint8Array, last = false): Parsed {
  const reader = new Reader();
  const block = reader.add(typeof text === 'string' ? Buffer.from(text) : text);
  const batch = new Batch();
  parse(batch, block, 0, last);
  return { points: pointsOf(batch), batch, tail: block.bytes.toString('utf8', batch.end, block.length) };
}

/** The batch's columns as objects. */
export function pointsOf(batch: Batch): ParsedPoint[] {
  const { bytes } = batch.block!;
  const text = (from: number, to: number) => bytes.toString('utf8', from, to);
  return Array.from({ length: batch.points }, (_, p) => {
    const fields: [string, number][] = [];
    for (let v = batch.firstValue[p]!; v < batch.firstValue[p + 1]!; v++) {
      fields.push([text(batch.fieldStart[v]!, batch.fieldEnd[v]!), batch.value[v]!]);
    }
    return {
      key: text(batch.keyStart[p]!, batch.keyEnd[p]!),
      fields,
      time: (BigInt(batch.timeHigh[p]!) << 32n) | BigInt(batch.timeLow[p]! >>> 0),
      rest: text(batch.fieldsEnd[p]!, bytes.indexOf(10, batch.fieldsEnd[p]!)),
    };
  });
}

export type FieldValue =
  | { type: 'float'; value: number }
  | { type: 'int' | 'uint' | 'bool'; value: bigint | boolean }
  | { type: 'string'; value: string };

export interface Point {
  measurement: string;
  tags: [string, string][];
  fields: [string, FieldValue][];
  time: bigint;
}

const CONTROL: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };
const escapeName = (text: string) => text.replace(/[\t\n\f\r]/g, (c) => CONTROL[c]!).replace(/[, ]/g, '\\$&');
const escapeKey = (text: string) => text.replace(/[\t\n\f\r]/g, (c) => CONTROL[c]!).replace(/[, =]/g, '\\$&');

/** Go's shortest form without an exponent. */
export function plainDecimal(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  const [mantissa = '', exponent] = text.split('e');
  if (exponent === undefined) return text;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', decimals = ''] = mantissa.replace('-', '').split('.');
  const shift = Number(exponent);
  if (shift >= 0) return sign + whole + decimals.padEnd(shift, '0');
  return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${decimals}`;
}

function fieldText(field: FieldValue): string {
  if (field.type === 'float') return plainDecimal(field.value);
  if (field.type === 'string') return `"${field.value.replace(/[\\"]/g, '\\$&')}"`;
  return `${field.value}${field.type === 'int' ? 'i' : field.type === 'uint' ? 'u' : ''}`;
}

/** As Telegraf's serializer writes it: escaped, strings with raw newlines, always a timestamp. */
export function serialize({ measurement, tags, fields, time }: Point): string {
  const tagText = tags.map(([key, value]) => `,${escapeKey(key)}=${escapeKey(value)}`).join('');
  const fieldTexts = fields.map(([key, value]) => `${escapeKey(key)}=${fieldText(value)}`);
  return `${escapeName(measurement)}${tagText} ${fieldTexts.join(',')} ${time}\n`;
}

export { escapeKey, escapeName };
