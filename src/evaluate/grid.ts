/** The settings of a detector to choose from: every combination of what its grid lists for each option. */
import { readFileSync } from 'node:fs';
import { isTable, type Table, Toml, TomlError } from '../config/toml.ts';
import { uniform } from '../math/random.ts';
import { EvaluationError } from './refusal.ts';

/** Fewer say little about what choosing costs. */
export const LEAST_SETTINGS = 64;

/** Option → the values to try. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

/** By detector, the tables [detectors.NAME] of a file. Throws an EvaluationError. */
export function readGrids(file: string): Map<string, Grid> {
  const grids = new Map<string, Grid>();
  for (const [name, grid] of Object.entries(tablesOf(file))) {
    const wanted = `${file}: write [detectors.${name}], and a list of values for each option`;
    if (!isTable(grid)) throw new EvaluationError('EVALUATE_GRID', wanted);
    for (const [option, values] of Object.entries(grid))
      if (!Array.isArray(values) || values.length === 0)
        throw new EvaluationError('EVALUATE_GRID', `${wanted}; ${option} has none`);
    grids.set(name, grid as Grid);
  }
  return grids;
}

function tablesOf(file: string): Table {
  try {
    const { detectors } = new Toml(readFileSync(file, 'utf8')).value;
    if (isTable(detectors)) return detectors;
  } catch (error) {
    const place = error instanceof TomlError ? `:${error.place.line}:${error.place.column}` : '';
    throw new EvaluationError('EVALUATE_GRID', `${file}${place}: ${(error as Error).message}`);
  }
  throw new EvaluationError('EVALUATE_GRID', `${file}: there is no table [detectors.NAME]`);
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
