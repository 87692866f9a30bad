/** Which detectors are evaluated, with which options: tables of a config, or every detector as it comes. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Document } from '../config/document.ts';
import { readDetectors } from '../config/instances.ts';
import { problemText } from '../config/problem.ts';
import { suggest } from '../config/suggest.ts';
import { isTable, type Table } from '../config/toml.ts';
import { type Config, type DetectorConfig, loadConfig, type PluginTable } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { combinations, type Grids, readGrids } from './grid.ts';

export interface Setting {
  /** What the grid says, as a line of TOML for each option; empty for the table as it stands. */
  readonly text: string;
  readonly config: DetectorConfig;
}

export interface Contender {
  readonly name: string;
  readonly config: DetectorConfig;
  /** What to choose from. */
  readonly settings: readonly Setting[];
  /** Data that its constants were found on. */
  readonly foundOn: string | undefined;
}

/** What is asked for. */
export interface Entry {
  /** A config, whose tables are evaluated; its selectors have no meaning here. */
  readonly config: string | undefined;
  /** Names of detectors to evaluate with their defaults; none: all there are, or those of the config. */
  readonly detectors: readonly string[];
  /** A file of grids, in place of those that detectors bring. */
  readonly grid: string | undefined;
  /** The most settings to choose from. */
  readonly settings: number;
  readonly seed: number;
}

/** They show what a score is worth. */
const ALWAYS = ['null', 'random'];
/** There is nothing to choose. */
const NO_GRIDS: Grids = { grids: new Map(), foundOn: new Map() };
const PACKAGE = new URL('../../../', import.meta.url);

/** Throws a Refusal. The config's sections come with the contenders, the defaults where there is no config. */
export async function readContenders(
  entry: Entry,
  plugins: PluginTable,
): Promise<{ contenders: Contender[]; config: Config }> {
  const { config, problems, text } = await loadConfig(entry.config, plugins);
  if (config === undefined) {
    const problem = problems.find(({ severity }) => severity === 'error')!;
    throw new Refusal('EVALUATE_CONFIG', `${problemText(problem)}; "check" says more`);
  }
  const known = Object.keys(plugins.detectors);
  for (const name of entry.detectors)
    if (!known.includes(name))
      throw new Refusal('EVALUATE_DETECTOR', `there is no detector "${name}"; ${suggest(name, known)}`);

  const tables = entry.config === undefined ? [] : tablesOf(entry.config, text, config);
  const wanted = entry.detectors.length + tables.length > 0 ? entry.detectors : known;
  const byDefault = known.filter((name) => ALWAYS.includes(name) || wanted.includes(name));
  const missing = byDefault.filter((name) => !tables.some(([other]) => other === name));
  const entries = [...missing.map((name): [string, Table] => [name, {}]), ...tables];
  const given = entry.grid === undefined ? NO_GRIDS : readGrids(entry.grid);
  const contenders: Contender[] = [];
  for (const [name, table] of entries) {
    const own = ownGrids(name);
    const grid = given.grids.get(name) ?? own.grids.get(name) ?? {};
    const configOf = (options: Table) => readTable(name, options, entry.config, plugins);
    const settings: Setting[] = [];
    for (const options of combinations(grid, entry.settings, entry.seed))
      settings.push({ text: textOf(options), config: await configOf({ ...table, ...options }) });
    const asItStands = await configOf(table);
    const foundOn = own.foundOn.get(name);
    contenders.push({ name: asItStands.policy.alias, config: asItStands, settings, foundOn });
  }
  return { contenders, config };
}

/** What is in the detector's folder. */
function ownGrids(name: string): Grids {
  const file = fileURLToPath(new URL(`plugins/detectors/${name}/grid.toml`, PACKAGE));
  return existsSync(file) ? readGrids(file) : NO_GRIDS;
}

/** The tables of a config that has no errors, by the name of their detector. */
function tablesOf(file: string, text: string, { detectors }: Config): [string, Table][] {
  const tables = new Document(file, text, process.env).value.detectors as Record<string, Table[]>;
  const taken: Record<string, number> = {};
  return detectors.map(({ detector: { name } }) => {
    const at = taken[name] ?? 0;
    taken[name] = at + 1;
    return [name, tables[name]![at]!];
  });
}

async function readTable(
  name: string,
  table: Table,
  file: string | undefined,
  plugins: PluginTable,
): Promise<DetectorConfig> {
  const text = `[[detectors.${name}]]\n${textOf(table)}\n`;
  const document = new Document(file ?? '(settings)', text, {});
  const [config] = await readDetectors(document, plugins);
  const problem = document.problems.find(({ severity }) => severity === 'error');
  if (config !== undefined && problem === undefined) return config;
  throw new Refusal('EVALUATE_SETTING', `${text.replace(/\s+/g, ' ')}: ${problem?.reason}`);
}

function textOf(table: Table): string {
  return Object.entries(table)
    .map(([option, value]) => `${option} = ${valueText(value)}`)
    .join('\n');
}

/** As TOML has it. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (!isTable(value)) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)} = ${valueText(inner)}`);
  return `{ ${pairs.join(', ')} }`;
}
