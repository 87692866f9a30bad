/** How new a state is. */
import { readCatalog, readFieldKeys } from '../state/archive.ts';
import { SeriesList } from '../state/series-list.ts';
import type { Store } from '../store.ts';
import { finish } from '../waiting.ts';

/** The newest time of any row, in nanoseconds; undefined where nothing has been learned. */
export async function newestTime(store: Store): Promise<bigint | undefined> {
  const catalog = await finish(readCatalog(store));
  if (catalog === undefined) return undefined;
  const fieldKeys = await finish(readFieldKeys(store, catalog));
  let newest: bigint | undefined;
  for await (const found of new SeriesList(store, catalog, fieldKeys.map(String)).all())
    for (const { rows } of found)
      for (const { last } of rows)
        if (last !== undefined && (newest === undefined || last > newest)) newest = last;
  return newest;
}
