/** Fetches a detector: one of the table, or a module of the user's own. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Detector, Instance } from '../detector.ts';
import { textOf } from '../log.ts';
import type { StorePlugin } from '../store.ts';
import { explain } from './explain.ts';

/** Name → loader of the module whose `default` is the plugin. */
export interface PluginTable {
  readonly detectors: Readonly<Record<string, () => Promise<{ default: Detector }>>>;
  readonly stores: Readonly<Record<string, () => Promise<{ default: StorePlugin }>>>;
}

const callable = (value: unknown) => typeof value === 'function';
const detectorSchema = z.looseObject({
  name: z.string().min(1),
  version: z.int(),
  threshold: z.number().positive(),
  options: z.custom(callable).meta({ wanted: 'a function options(types)' }),
  create: z.custom(callable).meta({ wanted: 'a function create(options)' }),
});

/** A module that cannot be loaded, or whose default export is no detector; `message` says why. */
export class PluginError extends Error {
  readonly code = 'PLUGIN_INVALID';
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : textOf(error);
  return text.split('\n')[0]!;
}

/** More than any detector needs: 8 MB a series. */
const LARGEST_WIDTH = 1 << 20;

/** Throws a PluginError for what `create` made, when the road could not work with it. */
export function checkInstance(instance: Instance): void {
  const { width, score, learn, band } = instance ?? {};
  if (!callable(score) || !callable(learn) || !(band === undefined || callable(band)))
    throw new PluginError(
      'create(options) must answer an object with score and learn; see docs/plugin-guide.md',
    );
  if (!Number.isInteger(width) || width < 0 || width > LARGEST_WIDTH)
    throw new PluginError(`width must be a whole number of float64s, 0 or more, and is ${width}`);
}

/** Loads `module`, relative to `folder`, for `[[detectors.NAME]]`. Throws a PluginError. */
export async function importDetector(name: string, module: string, folder: string): Promise<Detector> {
  const path = resolve(folder, module);
  const imported = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new PluginError(`${path} cannot be loaded: ${reasonOf(error)}`);
  });
  return checkDetector(name, imported.default, path);
}

function checkDetector(name: string, detector: unknown, path: string): Detector {
  const wanted = 'the type Detector of telegraf-anomaly/detector says what one is';
  if (typeof detector !== 'object' || detector === null)
    throw new PluginError(`${path} has no detector as its default export; ${wanted}`);
  const { error } = detectorSchema.safeParse(detector);
  const issue = error?.issues[0];
  if (issue !== undefined) {
    const key = String(issue.path[0]);
    const received = (detector as Record<string, unknown>)[key];
    const reason = explain(issue, detectorSchema, received);
    throw new PluginError(`the detector of ${path} is incomplete: ${key}: ${reason}; ${wanted}`);
  }
  const found = (detector as Detector).name;
  if (found !== name)
    throw new PluginError(`the detector of ${path} is named "${found}": write [[detectors.${found}]]`);
  return detector as Detector;
}
