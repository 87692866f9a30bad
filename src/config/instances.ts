/** Reads the `[[detectors.NAME]]` tables: the detector of each, its options, and the shared policy. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { Detector } from '../detector.ts';
import { hasGlob } from '../glob.ts';
import { optionTypes } from '../options.ts';
import { type Policy, policySchema } from '../policy.ts';
import { stepsOf } from '../prepare.ts';
import { type Document, tableAt } from './document.ts';
import { quote } from './explain.ts';
import { checkInstance, importDetector, PluginError, type PluginTable, reasonOf } from './plugin.ts';
import { suggest } from './suggest.ts';
import { isTable, type Path, type Place, type Table } from './toml.ts';

/** One `[[detectors.NAME]]` table, checked, with every default filled in. */
export interface DetectorConfig {
  readonly detector: Detector;
  /** What `detector.create` takes. */
  readonly options: unknown;
  readonly policy: Policy;
}

/** What every table takes, whatever the detector. */
const SHARED = [...Object.keys(policySchema.shape), 'module'];

interface DetectorTable {
  readonly name: string;
  readonly table: Table;
  readonly path: Path;
  readonly header: Place;
}

/** In the order of the file, without those that have a problem; the problems are the document's. */
export async function readDetectors(document: Document, plugins: PluginTable): Promise<DetectorConfig[]> {
  const configs: DetectorConfig[] = [];
  const aliases = new Map<string, Place>();
  for (const entry of detectorTables(document)) {
    const config = await readDetector(document, plugins, entry);
    if (config === undefined) continue;
    configs.push(config);
    const { alias } = config.policy;
    const place = document.valuePlace([...entry.path, 'alias']);
    const first = aliases.get(alias);
    if (first === undefined) aliases.set(alias, place);
    else {
      const reason = `the table of line ${first.line} is named "${alias}" already; tell the two apart: alias = "..."`;
      document.report('CONFIG_DUPLICATE_ALIAS', place, reason);
    }
  }
  return configs;
}

function detectorTables(document: Document): DetectorTable[] {
  const found = Object.entries(tableAt(document, 'detectors') ?? {}).flatMap(([name, tables]) => {
    if (Array.isArray(tables) && tables.every(isTable))
      return tables.map((table, at) => {
        const path = ['detectors', name, at];
        return { name, table, path, header: document.keyPlace(path) };
      });
    const place = document.valuePlace(['detectors', name]);
    document.report('CONFIG_INVALID_VALUE', place, `write [[detectors.${name}]], in double brackets`);
    return [];
  });
  return found.sort((a, b) => a.header.line - b.header.line);
}

async function readDetector(
  document: Document,
  plugins: PluginTable,
  entry: DetectorTable,
): Promise<DetectorConfig | undefined> {
  const { name, table, path, header } = entry;
  const detector = await findDetector(document, plugins, entry);
  const policy = document.check(policySchema, table, path);
  if (policy !== undefined) warn(document, policy, table, path);
  // Without the detector, its options cannot be told from mistakes.
  if (detector === undefined) return undefined;
  try {
    const schema = detector.options(optionTypes);
    const own = Object.keys(schema.shape);
    const taken = own.filter((key) => SHARED.includes(key));
    if (taken.length > 0)
      throw new PluginError(`its options ${quote(taken)} are already every detector's; rename them`);
    document.unknownKeys(table, path, `[[detectors.${name}]]`, [...own, ...SHARED]);
    const options = document.check(schema, table, path);
    if (policy === undefined || options === undefined) return undefined;
    const { alias = name, threshold, cooldown, end_after, ...rest } = policy;
    if (!tryOut(document, detector, options, header)) return undefined;
    return { detector, options, policy: { ...rest, alias, threshold, cooldown, end_after } };
  } catch (error) {
    document.report('CONFIG_MODULE', header, `the detector "${name}" is broken: ${reasonOf(error)}`);
    return undefined;
  }
}

/** Options may exclude one another in a way that only the detector knows. */
function tryOut(document: Document, detector: Detector, options: unknown, header: Place): boolean {
  try {
    checkInstance(detector.create(options));
    return true;
  } catch (error) {
    document.report('CONFIG_INVALID_VALUE', header, reasonOf(error));
    return false;
  }
}

async function findDetector(
  document: Document,
  { detectors }: PluginTable,
  { name, table, path, header }: DetectorTable,
): Promise<Detector | undefined> {
  const { module } = table;
  try {
    if (typeof module === 'string')
      return await importDetector(name, module, dirname(resolve(document.file)));
    if (module !== undefined)
      throw new PluginError(`module: expected the path of a file, got ${quote(module)}`);
    if (Object.hasOwn(detectors, name)) return (await detectors[name]!()).default;
  } catch (error) {
    document.report('CONFIG_MODULE', document.valuePlace([...path, 'module']), reasonOf(error));
    return undefined;
  }
  const reason = `there is no detector "${name}"; ${suggest(name, Object.keys(detectors))}`;
  document.report(
    'CONFIG_UNKNOWN_DETECTOR',
    header,
    `${reason} A detector of your own needs module = "./${name}.js"`,
  );
  return undefined;
}

/** What loads, yet surely does not do what was meant. */
function warn(document: Document, policy: z.output<typeof policySchema>, table: Table, path: Path): void {
  if (policy.threshold !== undefined && table.max_false_alarms !== undefined) {
    const place = document.valuePlace([...path, 'max_false_alarms']);
    document.report('CONFIG_NO_EFFECT', place, 'threshold takes its place; keep one of the two', 'warning');
  }
  if (table.counter === 'auto' && stepsOf(policy.prepare).length > 0) {
    const place = document.valuePlace([...path, 'counter']);
    document.report('CONFIG_NO_EFFECT', place, 'prepare takes its place; keep one of the two', 'warning');
  }
  const { tagpass, tagdrop, namepass, namedrop, fieldinclude, fieldexclude } = policy;
  const lists: [Path, string[]][] = [];
  for (const [option, list] of Object.entries({ namepass, namedrop, fieldinclude, fieldexclude }))
    lists.push([[option], list]);
  for (const [option, tags] of Object.entries({ tagpass, tagdrop }))
    for (const [tag, list] of Object.entries(tags)) lists.push([[option, tag], list]);

  for (const [inside, list] of lists) {
    const place = (...at: Path) => document.valuePlace([...path, ...inside, ...at]);
    if (list.length === 0 && inside.length > 1) {
      document.report(
        'CONFIG_NO_EFFECT',
        place(),
        'an empty list matches no value of the tag; name some',
        'warning',
      );
    }
    const braces = list.findIndex((pattern) => /\{.*\}/.test(pattern));
    if (braces >= 0 && !hasGlob(list)) {
      const reason = `${quote(list[braces])} is taken literally: as in Telegraf, the patterns of a list are globs only when one of them holds *, ? or [. List the names one by one`;
      document.report('CONFIG_NO_EFFECT', place(braces), reason, 'warning');
    }
  }
}
