/** What `replay` and `import` are told of csv files. */
import type { InferredOptionTypes } from 'yargs';

const TEXT = { type: 'string', requiresArg: true } as const;
const NAMES = { ...TEXT, array: true, nargs: 1 } as const;

export const CSV = {
  columns: { ...TEXT, describe: 'csv: names of the columns, with commas between; default: the first line' },
  tag: { ...NAMES, describe: 'csv: a column that is a tag, or KEY=VALUE for every point; several times' },
  time: {
    ...TEXT,
    describe: 'csv: the column of the time (RFC 3339, or a number); default: time, timestamp',
  },
  precision: {
    choices: ['s', 'ms', 'us', 'ns'] as const,
    describe: 'csv: what a number of time counts; default: s',
  },
  start: { ...TEXT, describe: 'csv: time of the first row, where no column has it' },
  every: { ...TEXT, describe: 'csv: and how much later each other row is (1m)' },
  integer: { ...NAMES, describe: 'csv: a column of whole numbers of 64 bits; several times' },
  string: { ...NAMES, describe: 'csv: a column of texts; several times' },
  drop: { ...NAMES, describe: 'csv: a column that is not wanted; several times' },
  measurement: { ...TEXT, describe: "csv: default: the file's name" },
  delimiter: {
    ...TEXT,
    describe: 'csv: what stands between cells, one character or "tab"; default: a comma',
  },
} as const;

export type CsvGiven = InferredOptionTypes<typeof CSV>;
