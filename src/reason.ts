/** Why a value is flagged, for people; and numbers and text as fields of line protocol. Characters are bytes. */
import type { Step } from './prepare.ts';
import { sentenceOf } from './quantity.ts';
import { unescapeName } from './tagset.ts';

export interface Reasons {
  /** What the detector was given, and what it is of the field's value. */
  readonly value: number;
  readonly steps?: readonly Step[] | undefined;
  readonly score: number;
  readonly threshold: number;
  /** [expected, lower, upper], in its unit. */
  readonly band?: readonly number[] | undefined;
}

/** One sentence on a value: what it was and what would have been usual. `key` as it stands in the line. */
export function reasonOf({ value, steps = [], score, threshold, band }: Reasons, key: string): string {
  const found = sentenceOf(steps, unescapeName(key), shortText(value));
  if (band !== undefined) {
    const [expected, lower, upper] = band.map(shortText);
    return `${found}, expected ${expected} (${lower} to ${upper})`;
  }
  return `${found}, its score is ${shortText(score)} at a threshold of ${shortText(threshold)}`;
}

/** Four decimals are more than a score means. Always a float of line protocol: never NaN, never an integer's suffix. */
export function numberText(score: number): string {
  return String(Math.abs(score) < 1e9 ? Math.round(score * 1e4) / 1e4 : score);
}

/** Five digits, for people. The largest doubles have none so short: those would become Infinity. */
export function shortText(value: number): string {
  const short = Number(value.toPrecision(5));
  return String(Number.isFinite(short) ? short : value);
}

export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
