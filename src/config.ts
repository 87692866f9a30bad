/**
 * Reads anomaly.toml: parses it, replaces environment variables, checks every option against its schema and loads
 * the detectors. All that is wrong is said at once, each with its place.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Document, tableAt } from './config/document.ts';
import type { Environment } from './config/environment.ts';
import { type DetectorConfig, readDetectors } from './config/instances.ts';
import { type PluginTable, reasonOf } from './config/plugin.ts';
import type { Problem } from './config/problem.ts';
import { agentSchema, DISK_OPTIONS, stateSchema } from './config/schema.ts';
import type { Level } from './log.ts';

export type { DetectorConfig, PluginTable };

export interface Config {
  readonly agent: {
    readonly log_level: Level;
    /** Begins the name of every tag and field that we add: `anomaly`, `anomaly_score`, … */
    readonly annotation_prefix: string;
    /** Seconds. A value older than its series' last one by more than this restarts that series' time. */
    readonly late_limit: number;
    /** Seconds between two points of our own figures; 0 is never. */
    readonly stats_interval: number;
  };
  readonly state: {
    readonly store: 'lmdb' | 'memory';
    /** Absolute; "" is the default place, which `stateDirectory` knows. */
    readonly path: string;
    /** Bytes. */
    readonly memory: number;
    /** Seconds. */
    readonly snapshot_interval: number;
    /** Seconds; 0 is never. */
    readonly idle_expiry: number;
    /** A snapshot counts only when it would survive a power cut. */
    readonly sync: boolean;
  };
  /** In the order of the file. */
  readonly detectors: readonly DetectorConfig[];
}

export interface Loaded {
  /** Absent when one of the problems is an error. */
  readonly config?: Config;
  /** Sorted by place. */
  readonly problems: readonly Problem[];
  /** The file as it was read, without its byte order mark; "" when it could not be read. */
  readonly text: string;
}

/** Watches every numeric field when there is no file. */
export const DEFAULT_DETECTOR = 'baseline';

/** Loads `file`, or the defaults without one. Does not throw: what is wrong is among the problems. */
export async function loadConfig(
  file: string | undefined,
  plugins: PluginTable,
  environment: Environment = process.env,
): Promise<Loaded> {
  let text = `[[detectors.${DEFAULT_DETECTOR}]]\n`;
  if (file !== undefined)
    try {
      // The decoder takes the byte order mark away.
      text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    } catch (error) {
      const reason = unreadable(resolve(file), error);
      return { problems: [{ code: 'CONFIG_UNREADABLE', severity: 'error', file, reason }], text: '' };
    }
  const document = new Document(file ?? '(defaults)', text, environment);
  const config = document.parsed ? await readConfig(document, plugins) : undefined;
  const { problems, failed } = document;
  return failed || config === undefined ? { problems, text } : { config, problems, text };
}

async function readConfig(document: Document, plugins: PluginTable): Promise<Config | undefined> {
  document.unknownKeys(document.value, [], '', ['agent', 'state', 'detectors']);
  const agent = readSection(document, agentSchema, 'agent');
  const state = readState(document);
  const detectors = await readDetectors(document, plugins);
  if (detectors.length === 0 && !document.failed) {
    const reason = `no detector is named, so nothing would be watched; add a table [[detectors.${DEFAULT_DETECTOR}]]`;
    document.report('CONFIG_NO_DETECTOR', document.keyPlace(['detectors']), reason);
  }
  return agent && state && { agent, state, detectors };
}

function readState(document: Document): Config['state'] | undefined {
  const state = readSection(document, stateSchema, 'state');
  if (state === undefined) return undefined;
  if (state.store === 'memory') {
    const reason = 'nothing goes to disk with store = "memory", so this does nothing; leave it out';
    for (const option of DISK_OPTIONS)
      if (Object.hasOwn(tableAt(document, 'state')!, option))
        document.report('CONFIG_NO_EFFECT', document.keyPlace(['state', option]), reason, 'warning');
  }
  return { ...state, path: state.path && resolve(dirname(document.file), state.path) };
}

function readSection<Schema extends typeof agentSchema | typeof stateSchema>(
  document: Document,
  schema: Schema,
  name: string,
) {
  const table = tableAt(document, name);
  if (table === undefined) return undefined;
  document.unknownKeys(table, [name], `[${name}]`, Object.keys(schema.shape));
  return document.check(schema, table, [name]);
}

function unreadable(path: string, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return `there is no file ${path}; "telegraf-anomaly sample" prints one to begin with`;
    case 'EISDIR':
      return `${path} is a directory; give the path of a file`;
    case 'EACCES':
      return `${path} may not be read by user ${process.getuid?.()}, the user of Telegraf when it starts us`;
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return `${path} is not UTF-8; save it as UTF-8`;
    default:
      return `${path} cannot be read: ${reasonOf(error)}`;
  }
}
