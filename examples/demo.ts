/**
 * `npm run demo`: sends 45 minutes that Telegraf recorded on a real machine through the program, as Telegraf would,
 * and shows what it found beside what was done to that machine on purpose.
 */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import split2 from 'split2';

const root = new URL('../../', import.meta.url);
const path = (relative: string) => fileURLToPath(new URL(relative, root));

/** What was done while the recording was made, and where it must show. */
const DISTURBANCES = [
  { from: '10:19:15', to: '10:21:15', what: 'a background job keeps both processors busy', series: 'cpu' },
  {
    from: '10:27:15',
    to: '10:30:41',
    what: 'a program takes 100 MB of memory a second, up to 6 GB',
    series: 'mem',
  },
  { from: '10:36:41', to: '10:39:11', what: 'a file of 20 GB fills the disk', series: 'disk' },
];
/** Flagged points of one tag set with less than this between them are one row, in seconds. */
const SAME_ROW = 60;

interface Row {
  readonly tagSet: string;
  readonly from: number;
  to: number;
  points: number;
  readonly reason: string;
}

const child = spawn(
  process.execPath,
  [path('dist/src/cli.js'), 'run', '--config', path('examples/demo/anomaly.toml')],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
const rows: Row[] = [];
let out = 0;
let flagged = 0;
// The recording has no strings, so its points are lines.
const read = pipeline(child.stdout, split2(), async (lines: AsyncIterable<string>) => {
  for await (const line of lines) {
    out++;
    if (line.includes(',anomaly=')) note(line);
  }
});
await pipeline(createReadStream(path('examples/demo/recording.influx.gz')), createGunzip(), child.stdin);
await read;

for (const { tagSet, from, to, points, reason } of rows) {
  console.log(
    `${clock(from)} to ${clock(to)}  ${String(points).padStart(3)} points  ${tagSet}\n    ${reason}`,
  );
}
console.log(
  `\n${out} points came out of the program, ${flagged} of them flagged, in ${rows.length} episodes.`,
);
console.log('While the recording was made, three things were done to the machine on purpose:');
for (const { from, to, what, series } of DISTURBANCES) {
  const found = rows.find(
    (row) => row.tagSet.startsWith(series) && clock(row.to) >= from && clock(row.from) <= to,
  );
  const delay = found && Math.max(0, found.from - seconds(from));
  console.log(`  ${from} to ${to}  ${what}: ${found ? `found after ${delay} s` : 'NOT FOUND'}`);
}
process.exitCode = out > 0 ? 0 : 1;

function note(line: string): void {
  flagged++;
  const time = Number(line.slice(line.lastIndexOf(' ') + 1)) / 1e9;
  const tagSet = line.slice(0, line.indexOf(',anomaly='));
  const last = rows.findLast((row) => row.tagSet === tagSet);
  if (last !== undefined && time - last.to < SAME_ROW) {
    last.to = time;
    last.points++;
  } else {
    const reason = /anomaly_reason="([^"]*)"/.exec(line)?.[1] ?? '';
    rows.push({ tagSet, from: time, to: time, points: 1, reason });
  }
}

/** Time of day, UTC. */
function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(11, 19);
}

/** The same of the recording's day, back in seconds. */
function seconds(clockText: string): number {
  return Date.parse(`2026-11-21T${clockText}Z`) / 1000;
}
