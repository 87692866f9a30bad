/** `import` of csv: rate and peak memory. To stdout, and into what INFLUX_URL, INFLUX_ORG, INFLUX_BUCKET and INFLUX_TOKEN name. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { uniform } from '../src/math/random.ts';
import { CLI } from './support/child.ts';
import { dataFile } from './support/data.ts';
import { quick } from './support/measure.ts';
import { heading, note, table } from './support/report.ts';

const POINTS = quick ? 500_000 : 10_000_000;
const HOSTS = 1000;
const FIRST_SECOND = 1_700_000_000;
const POLL_MILLISECONDS = 50;
const { INFLUX_URL, INFLUX_ORG = '', INFLUX_BUCKET = '' } = process.env;

/** A row: time, host, two floats. The first one is the header's. */
function row(host: number, round: number): string {
  if (host === 0 && round === 0) return 'time,host,busy,wait';
  const [busy, wait] = [uniform(1, host, round) * 100, uniform(2, host, round)];
  return `${FIRST_SECOND + 10 * round},host-${host},${busy.toFixed(4)},${wait.toFixed(9)}`;
}

/** Seconds, and the most memory that the program has had, in MB. */
async function measure(argv: readonly string[]): Promise<[seconds: number, megabytes: number]> {
  const nothing = openSync('/dev/null', 'w');
  const began = performance.now();
  const child = spawn(CLI[0]!, [...CLI.slice(1), ...argv], { stdio: ['ignore', nothing, 'inherit'] });
  const exited = once(child, 'exit');
  closeSync(nothing);
  let peak = 0;
  const poll = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kilobytes ?? 0) / 1000);
    } catch {
      // It has just ended.
    }
  }, POLL_MILLISECONDS);
  const [code] = await exited;
  clearInterval(poll);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}`);
  return [(performance.now() - began) / 1000, peak];
}

heading('Import', `${POINTS.toLocaleString('en-US')} rows of csv: time, a tag, two floats.`);
const file = dataFile('csv', row, HOSTS, POINTS + 1);
const targets: Record<string, string[]> = { 'line protocol to /dev/null': [] };
if (INFLUX_URL !== undefined)
  targets['into InfluxDB'] = ['--url', INFLUX_URL, '--org', INFLUX_ORG, '--bucket', INFLUX_BUCKET];
const rows: [string, number, number][] = [];
for (const [title, options] of Object.entries(targets)) {
  const [seconds, megabytes] = await measure([
    'import',
    '--tag',
    'host',
    '--measurement',
    'load',
    ...options,
    file,
  ]);
  rows.push([title, POINTS / seconds, megabytes]);
}
table(['target', 'points/s', 'peak resident memory, MB'], rows);
if (INFLUX_URL === undefined)
  note('Set INFLUX_URL, INFLUX_ORG, INFLUX_BUCKET and INFLUX_TOKEN to measure InfluxDB, too.');
