/** What a cell of csv is worth, as line protocol has it. */

import { shown } from '../shown.ts';
import { BadRow } from './bad-rows.ts';
import type { CsvOptions } from './options.ts';

/** As line protocol writes a float. */
const PLAIN = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const INTEGER = /^-?\d{1,19}$/;
/** Cells that say that there is no value. */
const NOTHING = /^(|nan|null|none|na|n\/a)$/i;

/** What the cells of a column are taken for. */
export type Kind = 'float' | 'integer' | 'string';

export function kindOf(name: string, { integers, strings }: CsvOptions): Kind {
  return integers.has(name) ? 'integer' : strings.has(name) ? 'string' : 'float';
}

/** The value of a field, empty where the cell has none. Throws a BadRow. */
export function valueText(name: string, kind: Kind, cell: string): string {
  if (kind === 'string') return cell === '' ? '' : `"${cell.replace(/["\\]/g, '\\$&')}"`;
  const text = cell.trim();
  if (kind === 'float') {
    if (PLAIN.test(text) && Number.isFinite(Number(text))) return text;
    if (NUMBER.test(text) && Number.isFinite(Number(text))) return String(Number(text));
  } else if (INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return `${text}i`;
  if (NOTHING.test(text)) return '';
  const wanted = kind === 'float' ? 'number' : 'whole number of 64 bits';
  throw new BadRow(
    `"${shown(text)}" in the column ${shown(name)} is no ${wanted}; --string, --tag or --drop ${shown(name)} says otherwise`,
  );
}
