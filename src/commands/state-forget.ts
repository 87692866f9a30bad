/** `state forget`: series are learned anew from their next value on. Without --yes it only says which. */

import type { PluginTable } from '../config.ts';
import { compileFilter } from '../glob.ts';
import { createLog } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { readRecords } from '../state/archive.ts';
import { Cold } from '../state/cold.ts';
import { Forgetting, SLICE } from '../state/forget.ts';
import { Hot } from '../state/hot.ts';
import { acquireLock, LockError } from '../state/lock.ts';
import { SeriesList, type TextFilter } from '../state/series-list.ts';
import { unescapeName } from '../tagset.ts';
import { finish } from '../waiting.ts';
import { type Located, locate, openStore, type Place, print, withState } from './state.ts';
import type { Wanted } from './state-list.ts';

/** For field keys and what is on its way to the store. */
const MEMORY = 64 << 20;
/** Series that are shown before it is asked for --yes. */
const SHOWN = 10;

export async function forget(place: Place, { filter, field, yes }: Wanted & { yes: boolean }): Promise<void> {
  if (filter.length === 0)
    throw new Refusal('STATE_NO_FILTER', 'nothing is forgotten without --filter; --filter "*" is everything');
  const tagSets = compileFilter(filter)!;
  const fields = compileFilter(field) ?? (() => true);
  if (!yes) return preview(place, tagSets, fields);
  const located = await locate(place);
  await alone(located, place.plugins, async (hot) => {
    const forgetting = new Forgetting(hot, ({ fieldKey }) =>
      fieldKey < hot.fieldKeys.size ? fields(unescapeName(hot.fieldKeys.bytes(fieldKey).toString())) : false,
    );
    const { cold } = hot;
    let after: Uint8Array | undefined;
    do {
      const records = await finish(readRecords(cold!, after, SLICE));
      after = records.at(-1)?.key;
      await finish(
        forgetting.add(records.filter(({ tagSet }) => tagSet !== undefined && tagSets(String(tagSet)))),
      );
      if ((forgetting.full || after === undefined) && !(await forgetting.settle()))
        throw new Refusal(
          'STATE_NOT_SAVED',
          'not everything is forgotten, since the store failed; try again',
        );
    } while (after !== undefined);
    await hot.saveCatalog();
    await print(`forgotten: ${forgetting.series} series; ${forgetting.records} tag sets are gone as a whole`);
  });
}

async function preview(place: Place, tagSets: TextFilter, fields: TextFilter): Promise<void> {
  await withState(place, async ({ store, catalog, fieldKeys }) => {
    const list = new SeriesList(store, catalog, fieldKeys);
    let count = 0;
    for await (const found of list.names(tagSets, fields)) {
      for (const [tagSet, one] of found) if (count++ < SHOWN) await print(`${tagSet}\t${list.field(one)}`);
    }
    if (count > SHOWN) await print(`… and ${count - SHOWN} more`);
    await print(`${count} series would be forgotten; with --yes they are`);
  });
}

/** Has the state alone while `use` works on it. */
async function alone(
  located: Located,
  plugins: PluginTable,
  use: (hot: Hot) => Promise<void>,
): Promise<void> {
  const { directory } = located;
  // A directory without a state stays as it is.
  await (await openStore(located, plugins, true)).close();
  const lock = await acquireLock(directory, { retryFor: 0 }).catch((error: unknown) => {
    if (!(error instanceof LockError) || error.code !== 'LOCK_BUSY') throw error;
    throw new Refusal(
      error.code,
      `process ${error.holder} is using ${directory}; stop it, with the Telegraf that started it, and try again`,
    );
  });
  try {
    const store = await openStore(located, plugins, false);
    try {
      await use(await finish(Hot.open(MEMORY, new Cold(store, createLog('warn')))));
    } finally {
      await store.close();
    }
  } finally {
    await lock.release();
  }
}
