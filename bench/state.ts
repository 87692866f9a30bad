/** State: what it costs to keep more than the memory holds, to save it, and to have it back. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, ZSCORE_CONFIG } from './support/child.ts';
import { type Drive, type Driven, drive } from './support/drive.ts';
import { interleave, median, quick } from './support/measure.ts';
import { digits, heading, note, table } from './support/report.ts';

const MIB = 2 ** 20;
const SCALE = quick ? 0.05 : 1;
const TAG_SETS = SCALE * 1_000_000;
const MANY_TAG_SETS = SCALE * 5_000_000;
const CAPS = [1024 * MIB, 400 * MIB].map((bytes) => SCALE * bytes);
const POINTS = SCALE * 2_000_000;
/** For the cost of snapshots: tag sets of two series each, all of them changed in every interval. */
const DIRTY_TAG_SETS = 50_000;
const DIRTY_POINTS = quick ? 2_000_000 : 30_000_000;
const ALL_DIRTY_POINTS = quick ? 1_000_000 : 20_000_000;
const ROUNDS = quick ? 1 : 3;

const base: Omit<Drive, 'directory'> = {
  memory: 1024 * MIB,
  interval: 0,
  tagSets: TAG_SETS,
  from: 0,
  points: 0,
  order: 'turn',
  save: true,
};
const made: string[] = [];

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'bench-state-'));
  made.push(path);
  return path;
}

/** Answers from a directory of its own that is gone afterwards. */
function once(given: Partial<Drive>): Driven {
  const path = directory();
  const driven = sound(drive({ ...base, directory: path, ...given }));
  rmSync(path, { recursive: true });
  return driven;
}

function sound(driven: Driven): Driven {
  if (driven.failures > 0) throw new Error(`${driven.failures} values were not scored`);
  return driven;
}

/** Milliseconds from the start of the program to the answer to its first point. */
function firstAnswer(path: string): Promise<number> {
  const config = join(path, 'anomaly.toml');
  writeFileSync(
    config,
    `[agent]\nlog_level = "warn"\n[state]\npath = "${path}"\n${readFileSync(ZSCORE_CONFIG, 'utf8')}`,
  );
  const began = performance.now();
  const [node, ...args] = PROGRAM;
  const child = spawn(node!, [...args, '--config', config], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(
    'diskio,disk=sda,host=web-0000007.example.net,site=eu-central-1 busy=80,wait=0 1700450000000000000\n',
  );
  let milliseconds = 0;
  child.stdout.once('data', () => {
    milliseconds = performance.now() - began;
    child.stdin.end();
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve(milliseconds) : reject(new Error(`exit code ${code}`))));
  });
}

const { bavail, bsize } = statfsSync(tmpdir());
heading(
  'State',
  `Tag sets of two fields, both watched by a z-score; the state in LMDB, with sync. ${digits((bavail * bsize) / 1e9)} GB free on the disk.`,
);

const kept = directory();
const filled = sound(drive({ ...base, directory: kept, points: 2 * TAG_SETS }));
table(
  [`${digits(2 * TAG_SETS)} series`, ''],
  [
    ['anonymous memory of the process, MiB', filled.anonymous / MIB],
    ['of it accounted against `memory`, MiB', filled.accounted / MIB],
    ['points/s while they come in for the first and second time', filled.pointsPerSecond],
    ['seconds to save all at the end of the stream', filled.saveMilliseconds / 1000],
    ['on disk, MB', filled.diskBytes / 1e6],
  ],
);

const empty = directory();
const starts = await interleave(ROUNDS, {
  'an empty state': () => firstAnswer(empty),
  [`a state of ${digits(2 * TAG_SETS)} series`]: () => firstAnswer(kept),
});
table(
  ['from the start of the program to its first answer', 'ms, median', 'ms, at most'],
  Object.entries(starts).map(([name, times]) => [name, median(times), Math.max(...times)]),
);
const again = sound(drive({ ...base, directory: kept, from: 5e9, points: TAG_SETS }));
if (again.rows !== filled.rows)
  throw new Error(`${again.rows} rows after the restart, ${filled.rows} before`);
note(
  `All ${digits(again.rows)} rows are there after the restart; points that recall them for the first time pass at ${digits(again.pointsPerSecond)} points/s.`,
);

const large = directory();
const fill = sound(drive({ ...base, directory: large, tagSets: MANY_TAG_SETS, points: MANY_TAG_SETS }));
let from = 2 * MANY_TAG_SETS;
const traffic = CAPS.flatMap((memory) =>
  (['uniform', 'zipf'] as const).map((order) => {
    const given = { ...base, directory: large, memory, tagSets: MANY_TAG_SETS, points: POINTS, order, from };
    // The last chunk is always full.
    from += 2 * POINTS;
    return { memory, order, ...sound(drive({ ...given, interval: 10 })) };
  }),
);
table(
  [
    `${digits(fill.rows)} rows`,
    '`memory`, MiB',
    'points/s',
    'recalls/s',
    'evictions/s',
    'chunk p99, ms',
    'max, ms',
    'anonymous memory, MiB',
    'disk, MB',
  ],
  [{ memory: base.memory, order: 'filled in turn', ...fill }, ...traffic].map((row) => [
    row.order,
    row.memory / MIB,
    row.pointsPerSecond,
    row.recallsPerSecond,
    row.evictionsPerSecond,
    row.latency.p99,
    row.latency.max,
    row.peakAnonymous / MIB,
    row.diskBytes / 1e6,
  ]),
);
note(
  `After each restart ${digits(POINTS)} points, the state cold at first; snapshots every 10 s. A chunk is of 550 points.`,
);

const dirty = { tagSets: DIRTY_TAG_SETS, points: DIRTY_POINTS, save: false };
const costs = await interleave(ROUNDS, {
  none: () => once(dirty),
  '10 s': () => once({ ...dirty, interval: 10 }),
  '1 s': () => once({ ...dirty, interval: 1 }),
});
table(
  ['snapshots, 100,000 dirty rows each', 'points/s', 'share of none', 'delay p99.9, ms', 'max, ms'],
  Object.entries(costs).map(([name, rounds]) => [
    name,
    median(rounds.map(({ pointsPerSecond }) => pointsPerSecond)),
    median(rounds.map(({ pointsPerSecond }, round) => pointsPerSecond / costs.none[round]!.pointsPerSecond)),
    median(rounds.map(({ delay }) => delay.p999)),
    median(rounds.map(({ delay }) => delay.max)),
  ]),
);
const all = { tagSets: TAG_SETS, points: ALL_DIRTY_POINTS, save: false };
const allDirty = await interleave(ROUNDS, {
  none: () => once(all),
  '10 s': () => once({ ...all, interval: 10 }),
});
table(
  [
    `snapshots, ${digits(2 * TAG_SETS)} dirty rows each`,
    'points/s',
    'share of none',
    'delay p99.9, ms',
    'max, ms',
  ],
  Object.entries(allDirty).map(([name, rounds]) => [
    name,
    median(rounds.map(({ pointsPerSecond }) => pointsPerSecond)),
    median(
      rounds.map(({ pointsPerSecond }, round) => pointsPerSecond / allDirty.none[round]!.pointsPerSecond),
    ),
    median(rounds.map(({ delay }) => delay.p999)),
    median(rounds.map(({ delay }) => delay.max)),
  ]),
);
const seconds = median(allDirty['10 s'].map(({ snapshotSeconds }) => snapshotSeconds));
note(
  `A snapshot of all of them takes ${digits(seconds)} s. ` +
    'The delay is what a chunk that is there waits for something else to end: a slice of a snapshot, mostly. Medians of rounds in turn.',
);
for (const path of made) rmSync(path, { recursive: true, force: true });
