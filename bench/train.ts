/** Learning from the past: points a second and memory, from a file, and from an InfluxDB where one is named. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DETECTORS } from './support/child.ts';
import { dataFile, ROOT } from './support/data.ts';
import { plain } from './support/lines.ts';
import { quick } from './support/measure.ts';
import { digits, heading, note, table } from './support/report.ts';

const TAG_SETS = 10_000;
const POINTS = quick ? 500_000 : 10_000_000;
/** Milliseconds between two looks at the memory. */
const LOOK_EVERY = 50;
const MIB = 2 ** 20;

interface Trained {
  readonly seconds: number;
  /** Bytes. */
  readonly peak: number;
  readonly points: number;
}

/** A training from nothing into a directory of its own. */
async function trained(config: string, args: readonly string[]): Promise<Trained> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-train-'));
  const file = join(directory, 'anomaly.toml');
  writeFileSync(file, `[state]\n  path = "${directory}/state"\n${config}`);
  const began = performance.now();
  const child = spawn(process.execPath, [`${ROOT}dist/src/cli.js`, 'train', '--config', file, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  let peak = 0;
  const look = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, 1024 * Number(kilobytes ?? 0));
    } catch {
      // It has ended.
    }
  }, LOOK_EVERY);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  rmSync(directory, { recursive: true });
  if (code !== 0) throw new Error(`train ended with ${code}: ${log}`);
  const points = Number(/learned ([\d,]+) points/.exec(log)![1]!.replaceAll(',', ''));
  return { seconds: (performance.now() - began) / 1000, peak, points };
}

heading(
  'Learning from the past',
  'telegraf-anomaly train into an empty state directory, from the start of the program to its end; points of two floats.',
);
const file = dataFile('plain', plain, TAG_SETS, POINTS);
/** As train takes it: `--url … --org … --bucket … --start …`, with the token in INFLUX_TOKEN. */
const influxdb = process.env.BENCH_INFLUXDB?.split(' ');
const sources = { 'a file': [file], ...(influxdb && { 'InfluxDB 2': influxdb }) };
const rows: [string, string, number, number, number, number][] = [];
for (const [source, args] of Object.entries(sources))
  for (const [name, config] of Object.entries(DETECTORS)) {
    const { seconds, peak, points } = await trained(config, args);
    rows.push([source, name, points, seconds, points / seconds, peak / MIB]);
  }
table(['from', 'detector', 'points', 's', 'points/s', 'peak RSS, MiB'], rows);
note(`${digits(TAG_SETS)} tag sets in the file, ${digits(2 * TAG_SETS)} series.`);
