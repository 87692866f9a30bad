/** What a training says of itself in the store: which history it learns, and how far it has come. */
import { decodeText, encodeText } from '../state/catalog.ts';

export interface Mark {
  /** Counts the marks of a store; never given twice. */
  readonly number: number;
  /** Of the catalog when the mark was made: an older one than the catalog's says that others have written since. */
  readonly session: number;
  /** Names the history. */
  readonly history: string;
  /** Where in the history to go on, in its own terms. */
  readonly position: unknown;
  /** All of it has been learned. */
  readonly finished: boolean;
  /** Points learned so far. */
  readonly points: number;
  /** Hash of what the config says about what is learned. */
  readonly config: string;
}

/** Begins with the number, as a store that can go back wants it. */
export function encodeMark(mark: Mark): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(mark.number, 0);
  return Buffer.concat([number, encodeText(JSON.stringify(mark))]);
}

/** The mark, or undefined where there is none, or none that can be read. */
export function decodeMark(value: Uint8Array | undefined): Mark | undefined {
  const text = value && decodeText(value.subarray(4));
  return text === undefined ? undefined : JSON.parse(text);
}
