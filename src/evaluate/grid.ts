/** The settings of a detector to choose from: every combination of what its grid lists for each option. */
import { readFileSync } from 'node:fs';
import { isTable, type Table, Toml, TomlError } from '../config/toml.ts';
import { uniform } from '../math/random.ts';
import { Refusal } from '../refusal.ts';

/** Fewer say little about what choosing costs. */
export const LEAST_SETTINGS = 64;

/** Option → the values to try. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

/** What a file of grids holds, by detector. */
export interface Grids {
  readonly grids: ReadonlyMap<string, Grid>;
  /** Data on which a detector's constants were found: there, its figures flatter. */
  readonly foundOn: ReadonlyMap<string, string>;
}

/** Reads the tables [detectors.NAME], and [found_on] where there is one. Throws a Refusal. */
export function readGrids(file: string): Grids {
  const { detectors, found_on = {} } = tablesOf(file);
  if (!isTable(detectors)) throw new Refusal('EVALUATE_GRID', `${file}: there is no table [detectors.NAME]`);
  const grids = new Map<string, Grid>();
  for (const [name, grid] of Object.entries(detectors)) {
    const wanted = `${file}: write [detectors.${name}], and a list of values for each option`;
    if (!isTable(grid)) throw new Refusal('EVALUATE_GRID', wanted);
    for (const [option, values] of Object.entries(grid))
      if (!Array.isArray(values) || values.length === 0)
        throw new Refusal('EVALUATE_GRID', `${wanted}; ${option} has none`);
    grids.set(name, grid as Grid);
  }
  const asked = `${file}: write [found_on], and behind the name of a detector that of the data`;
  if (!isTable(found_on)) throw new Refusal('EVALUATE_GRID', asked);
  const foundOn = new Map<string, string>();
  for (const [name, data] of Object.entries(found_on)) {
    if (typeof data !== 'string') throw new Refusal('EVALUATE_GRID', `${asked}; ${name} has none`);
    foundOn.set(name, data);
  }
  return { grids, foundOn };
}

function tablesOf(file: string): Table {
  try {
    return new Toml(readFileSync(file, 'utf8')).value;
  } catch (error) {
    const place = error instanceof TomlError ? `:${error.place.line}:${error.place.column}` : '';
    throw new Refusal('EVALUATE_GRID', `${file}${place}: ${(error as Error).message}`);
  }
}

/** Every combination, or `most` of them by chance, in their order. The seed decides. */
export function combinations(grid: Grid, most: number, seed: number): Table[] {
  let all: Table[] = [{}];
  for (const [option, values] of Object.entries(grid))
    all = all.flatMap((table) => values.map((value) => ({ ...table, [option]: value })));
  if (all.length <= most) return all;
  const chance = all.map((_, at) => uniform(seed, at, all.length));
  const limit = chance.toSorted((a, b) => a - b)[most - 1]!;
  return all.filter((_, at) => chance[at]! <= limit);
}
