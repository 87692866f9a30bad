/**
 * A small state as the program of today writes it, into test/fixtures/state/format-N, where it stays when the
 * program of tomorrow writes another format: that must read it still.
 *
 * usage: npm run fixture
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORMAT } from '../../src/state/catalog.ts';
import { CLI } from './child.ts';
import { ROOT } from './parts.ts';

const ROUNDS = 40;
const FIRST_SECOND = 1_767_225_600;

const ANOMALY_TOML = `# What learned the state beside it.
[state]
  path = "."
  idle_expiry = "0s"
[[detectors.zscore]]
  warmup = 5
[[detectors.zscore]]
  alias = "by_time"
  memory = "1h"
  warmup = 5
  fieldinclude = ["u*"]
`;

/** As they stand in a line, with the fields that are watched. */
const TAG_SETS: readonly [tagSet: string, ...fields: string[]][] = [
  ...Array.from({ length: 12 }, (_, n): [string, string, string] => [`cpu,host=web-${n}`, 'usage', 'load']),
  [`long,name=${'x'.repeat(1500)}`, 'usage', 'value'],
  [`long,name=${'x'.repeat(1499)}y`, 'usage', 'value'],
  [String.raw`we\ ird\,name,größe=a\=b,pa\ th=C:\dir`, String.raw`fi\ eld`, String.raw`u\,v\=w`],
  ['plain', 'value'],
];

/** A point of each tag set in the round, with every value off by so much. */
function points(round: number, off = 0): string {
  const lines = TAG_SETS.map(([tagSet, ...fields], n) => {
    const values = fields.map((field, at) => `${field}=${50 + at + ((n + round * 7) % 10) / 10 + off}`);
    return `${tagSet} ${values.join(',')} ${FIRST_SECOND + 10 * round}000000000\n`;
  });
  return lines.join('');
}

const directory = join(ROOT, 'test', 'fixtures', 'state', `format-${FORMAT}`);
const config = join(directory, 'anomaly.toml');
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
writeFileSync(config, ANOMALY_TOML);
const learned = Array.from({ length: ROUNDS }, (_, round) => points(round)).join('');
execFileSync(process.execPath, [CLI, 'run', '--config', config], { input: learned });
for (const file of readdirSync(join(directory, 'store'))) {
  if (file !== 'state.mdb') rmSync(join(directory, 'store', file));
}
const listed = execFileSync(process.execPath, [CLI, 'state', 'list', '--json', '--config', config]);
rmSync(join(directory, 'store', 'state.mdb-lock'), { force: true });
writeFileSync(join(directory, 'series.jsonl'), listed);
writeFileSync(join(directory, 'steady.influx'), points(ROUNDS));
writeFileSync(join(directory, 'spikes.influx'), points(ROUNDS + 1, 1000));
