/** `state list` and `state show`: the series of a state, a line or a JSON object each. */
import { compileFilter } from '../glob.ts';
import { Refusal } from '../refusal.ts';
import { recordKey } from '../state/record.ts';
import { SeriesList, type ShownRow, type ShownSeries } from '../state/series-list.ts';
import { timeText } from '../time.ts';
import { type Place, print, withState } from './state.ts';

export interface Wanted {
  /** Globs on `measurement,tag=value,…` as in line protocol, and on field keys; none is all. */
  readonly filter: readonly string[];
  readonly field: readonly string[];
}

export async function list(place: Place, wanted: Wanted & { limit: number; json: boolean }): Promise<void> {
  const { filter, field, limit, json } = wanted;
  await withState(place, async ({ store, catalog, fieldKeys }) => {
    const series = new SeriesList(store, catalog, fieldKeys);
    let printed = 0;
    for await (const found of series.all(compileFilter(filter), compileFilter(field))) {
      for (const one of found) {
        if (printed++ === limit) return;
        await print(json ? JSON.stringify(summary(one)) : line(one));
      }
    }
    if (series.damaged > 0)
      process.stderr.write(
        `STATE_DAMAGED: ${series.damaged} tag sets cannot be read; they are learned anew\n`,
      );
  });
}

export async function show(place: Place, tagSet: string, field: string | undefined): Promise<void> {
  await withState(place, async ({ store, catalog, fieldKeys }) => {
    const all = await new SeriesList(store, catalog, fieldKeys).of(recordKey(Buffer.from(tagSet)));
    const found = field === undefined ? all : all.filter((one) => one.field === field);
    if (found.length === 0) {
      const what =
        field === undefined || all.length === 0 ? `"${tagSet}"` : `a field "${field}" of "${tagSet}"`;
      throw new Refusal(
        'STATE_UNKNOWN_SERIES',
        `nothing is known of ${what}; "state list" shows what is, tags in the order in which they come`,
      );
    }
    for (const one of found) {
      const rows = one.rows.map(details);
      await print(JSON.stringify({ tag_set: one.tagSet, field: one.field, instances: rows }, undefined, 2));
    }
  });
}

function summary({ tagSet, field, rows }: ShownSeries) {
  const learned = rows.filter(({ last }) => last !== undefined);
  const last = learned.map(({ last }) => last!).reduce((a, b) => (a > b ? a : b), learned[0]?.last ?? 0n);
  return {
    tag_set: tagSet,
    field,
    instances: [...new Set(rows.map(({ alias }) => alias))],
    last: learned.length > 0 ? timeText(last) : null,
    count: Math.max(0, ...rows.map(({ count }) => count)),
  };
}

/** Parts of a tag set hold no tab: Telegraf escapes them. */
function line(series: ShownSeries): string {
  const { tag_set, field, instances, last, count } = summary(series);
  return [tag_set, field, instances.join(',') || '-', last ?? '-', count].join('\t');
}

function details({ last, floats, alarm, off, ...row }: ShownRow) {
  return {
    ...row,
    last: last === undefined ? null : timeText(last),
    alarm_open: alarm,
    switched_off: off,
    // JSON has no word for those that are not finite.
    floats: Array.from(floats, (float) => (Number.isFinite(float) ? float : String(float))),
  };
}
