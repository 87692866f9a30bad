/**
 * Makes the labelled series beside it, in the layout of the Numenta Anomaly Benchmark: something to try `evaluate`
 * on, and for its tests. `node dist/examples/labelled/make.js` writes them again, the same.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uniform } from '../../src/math/random.ts';

const STEP_SECONDS = 600;
const ROWS = 720;
const ROWS_PER_DAY = 144;
const START = Date.UTC(2026, 0, 5) / 1000;
/** A window reaches so many rows to both sides of where the anomaly begins. */
const REACH = 18;

interface Recipe {
  /** The value of a row, from a standard normal number and a uniform one. */
  readonly value: (row: number, normal: number, uniform: number) => number;
  /** The rows at which anomalies begin. */
  readonly anomalies: readonly number[];
}

const within = (row: number, from: number, rows: number) => row >= from && row < from + rows;
const daily = (row: number) => Math.sin((2 * Math.PI * row) / ROWS_PER_DAY);

const RECIPES: Readonly<Record<string, Recipe>> = {
  'calm/noise.csv': { value: (_row, normal) => 50 + 2 * normal, anomalies: [] },
  'calm/season.csv': { value: (row, normal) => 100 + 30 * daily(row) + 3 * normal, anomalies: [] },
  'broken/spikes.csv': {
    value: (row, normal) => 20 + normal + (row === 300 || row === 520 ? 12 : 0),
    anomalies: [300, 520],
  },
  'broken/shift.csv': {
    value: (row, normal) => 200 + 5 * normal - (within(row, 420, 30) ? 40 : 0),
    anomalies: [420],
  },
  'broken/burst.csv': {
    value: (row, normal) => 10 + (within(row, 350, 20) ? 6 : 1) * normal,
    anomalies: [350],
  },
  'broken/flat.csv': {
    value: (row, normal) => 100 + 30 * (within(row, 460, 36) ? 0 : daily(row)) + 3 * normal,
    anomalies: [460],
  },
  'broken/silence.csv': {
    value: (row, _normal, uniform) => (within(row, 600, 15) ? 0 : Math.floor(-12 * Math.log(uniform))),
    anomalies: [600],
  },
};

/** Path below the folder → text of the file. */
export function labelledFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const windows: Record<string, [string, string][]> = {};
  for (const [number, [name, { value, anomalies }]] of Object.entries(RECIPES).entries()) {
    const rows = Array.from({ length: ROWS }, (_, row) => {
      const [first, second] = [uniform(number, row, 1), uniform(number, row, 2)];
      const normal = Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
      return `${timeText(row)},${Number(value(row, normal, second).toFixed(2))}\n`;
    });
    files.set(`data/${name}`, `timestamp,value\n${rows.join('')}`);
    windows[name] = anomalies.map((row) => [timeText(row - REACH), timeText(row + REACH)]);
  }
  return files.set('labels/combined_windows.json', `${JSON.stringify(windows, null, 2)}\n`);
}

function timeText(row: number): string {
  return new Date(1000 * (START + row * STEP_SECONDS)).toISOString().slice(0, 19).replace('T', ' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../../../examples/labelled/', import.meta.url));
  for (const [path, text] of labelledFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
