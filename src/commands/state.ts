/**
 * `state`: looks into a state directory. A running process may have it: what is read is whole, and what that process
 * has learned since its last snapshot is not there yet.
 */
import { join } from 'node:path';
import { stateDirectory } from '../config/directory.ts';
import { wholeConfig } from '../config/required.ts';
import type { Config, PluginTable } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { readCatalog, readFieldKeys } from '../state/archive.ts';
import type { Catalog } from '../state/catalog.ts';
import { STORE_FOLDER } from '../state/keeper.ts';
import type { Store } from '../store.ts';
import { unescapeName } from '../tagset.ts';
import { finish } from '../waiting.ts';

/** Which state, by its directory or by the config that names it. */
export interface Place {
  readonly path: string | undefined;
  readonly config: string | undefined;
  readonly plugins: PluginTable;
}

/** Where a state is. */
export interface Located {
  readonly directory: string;
  readonly storeName: Config['state']['store'];
  /** Where one was given. */
  readonly config: Config | undefined;
}

/** A state that can be read. */
export interface OpenState extends Located {
  readonly store: Store;
  readonly catalog: Catalog;
  /** By number, unescaped. */
  readonly fieldKeys: readonly string[];
}

/** Finds out which state is meant. Throws a Refusal. */
export async function locate({ path, config: file, plugins }: Place): Promise<Located> {
  if (file === undefined)
    return { directory: stateDirectory(path ?? ''), storeName: 'lmdb', config: undefined };
  const { config } = await wholeConfig(file, plugins);
  const { store, path: named } = config.state;
  if (store === 'memory')
    throw new Refusal('STATE_IN_MEMORY', `${file} has store = "memory": there is nothing on disk`);
  return { directory: path ?? stateDirectory(named), storeName: store, config };
}

/** Opens the state for reading only, calls `use` and closes it. */
export async function withState<T>(place: Place, use: (state: OpenState) => Promise<T>): Promise<T> {
  const located = await locate(place);
  const store = await openStore(located, place.plugins, true);
  try {
    const catalog = await finish(readCatalog(store));
    if (catalog === undefined)
      throw new Refusal('STATE_EMPTY', `nothing has been saved in ${located.directory} yet`);
    const fieldKeys = await finish(readFieldKeys(store, catalog));
    return await use({
      ...located,
      store,
      catalog,
      fieldKeys: fieldKeys.map((bytes) => unescapeName(bytes.toString())),
    });
  } finally {
    await store.close();
  }
}

export async function openStore(located: Located, plugins: PluginTable, readOnly: boolean): Promise<Store> {
  const { default: plugin } = await plugins.stores[located.storeName]!();
  return plugin.open({ path: join(located.directory, STORE_FOLDER), sync: true, readOnly });
}

/** Writes to stdout, and waits while nobody reads. */
export async function print(line: string): Promise<void> {
  if (process.stdout.write(`${line}\n`)) return;
  await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** Bytes as a person reads them. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
