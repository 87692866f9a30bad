/** `state info`: what a state directory holds, and who has it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { Judge } from '../judge.ts';
import { FORMAT } from '../state/catalog.ts';
import { STORE_FOLDER } from '../state/keeper.ts';
import { lockHolder } from '../state/lock.ts';
import { strideOf } from '../state/page.ts';
import { instanceName, SeriesList } from '../state/series-list.ts';
import { identitiesOf } from '../watch.ts';
import { type OpenState, type Place, print, sizeText, withState } from './state.ts';

export async function info(place: Place, json: boolean): Promise<void> {
  await withState(place, async (state) => {
    const found = await figures(state);
    if (json) await print(JSON.stringify(found, undefined, 2));
    else for (const line of lines(found)) await print(line);
  });
}

type Info = Awaited<ReturnType<typeof figures>>;

async function figures({ directory, storeName, config, store, catalog, fieldKeys }: OpenState) {
  const list = new SeriesList(store, catalog, fieldKeys);
  let series = 0;
  for await (const found of list.names()) series += found.length;
  const named = config && identities(config);
  const instances = catalog.instances.map(({ identity, width, rows, usedAt }) => ({
    ...instanceName(identity),
    rows,
    row_bytes: 8 * strideOf(width),
    bytes: rows * 8 * strideOf(width),
    last_used: new Date(usedAt).toISOString(),
    ...(named && { in_config: named.has(identity) }),
  }));
  return {
    directory,
    store: storeName,
    format: catalog.format,
    known_format: FORMAT,
    session: catalog.session,
    tag_sets: catalog.tagSets,
    series,
    damaged_tag_sets: list.damaged,
    rows: instances.reduce((sum, { rows }) => sum + rows, 0),
    bytes: instances.reduce((sum, { bytes }) => sum + bytes, 0),
    file_bytes: fileBytes(join(directory, STORE_FOLDER)),
    last_snapshot: catalog.savedAt > 0 ? new Date(catalog.savedAt).toISOString() : null,
    snapshot_age_seconds: catalog.savedAt > 0 ? (Date.now() - catalog.savedAt) / 1000 : null,
    process: (await lockHolder(directory)) ?? null,
    instances,
  };
}

/** Of the instances that the config names. */
function identities({ detectors }: Config): Set<string> {
  return new Set(
    detectors.flatMap((config) =>
      Object.values(
        identitiesOf(config, new Judge(config.policy, config.detector.threshold, config.detector.decay)),
      ),
    ),
  );
}

/** As the disk counts them: a file may have holes. */
function fileBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + 512 * statSync(join(folder, file)).blocks, 0);
}

function lines(info: Info): string[] {
  const { process, last_snapshot: snapshot } = info;
  const age = info.snapshot_age_seconds?.toFixed(1);
  const pairs = {
    directory: info.directory,
    process:
      process === null ? 'none has it' : `${process} has it; what is newer than the snapshot only it knows`,
    store: `${info.store}, format ${info.format} (this version knows ${info.known_format}), session ${info.session}`,
    snapshot: snapshot === null ? 'none yet' : `${age} s ago, ${snapshot}`,
    'tag sets': `${info.tag_sets}${info.damaged_tag_sets > 0 ? `, ${info.damaged_tag_sets} damaged` : ''}`,
    series: `${info.series}`,
    rows: `${info.rows}, ${sizeText(info.bytes)}`,
    files: sizeText(info.file_bytes),
    ...(process !== null && {
      'hot rows':
        'only the process knows: hot_rows and cold_rows of its points internal_anomaly ([agent] stats_interval)',
    }),
  };
  const instances = info.instances.map(
    ({ alias, detector, version, options, rows, row_bytes, last_used, in_config }) => {
      const named = in_config === undefined ? '' : in_config ? ', in the config' : ', not in the config';
      return `  ${alias}: ${detector} version ${version}, options ${options}, ${rows} rows of ${row_bytes} bytes, last used ${last_used}${named}`;
    },
  );
  return [
    ...Object.entries(pairs).map(([name, text]) => `${name.padEnd(10)} ${text}`),
    `instances  ${instances.length}`,
    ...instances,
  ];
}
