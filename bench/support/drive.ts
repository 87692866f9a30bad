/**
 * One stretch of road with a state directory, in a process of its own: takes a `Drive` as JSON, gives a `Driven`.
 * Chunks come as they do from a pipe: between two of them the program may do something else.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { plugins } from '../../plugins/all.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { uniform } from '../../src/math/random.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Keeper } from '../../src/state/keeper.ts';
import { ZSCORE_CONFIG } from './child.ts';

export interface Drive {
  readonly directory: string;
  /** Bytes. */
  readonly memory: number;
  /** Seconds between snapshots; 0 takes none but the one at the end. */
  readonly interval: number;
  readonly tagSets: number;
  /** Of the last point that was driven before; a point's tag set by its number. */
  readonly from: number;
  readonly points: number;
  readonly order: 'turn' | 'uniform' | 'zipf';
  /** Whether to wait for what has changed to be saved at the end. */
  readonly save: boolean;
  readonly sync?: boolean;
}

/** Milliseconds and bytes. */
export interface Driven {
  readonly openMilliseconds: number;
  readonly pointsPerSecond: number;
  readonly recallsPerSecond: number;
  readonly evictionsPerSecond: number;
  /** From when a chunk is there until its answer is. */
  readonly latency: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  /** What a chunk waits for others before it is begun. */
  readonly delay: { readonly p999: number; readonly max: number };
  readonly anonymous: number;
  readonly peakAnonymous: number;
  readonly accounted: number;
  readonly rows: number;
  readonly hotRows: number;
  readonly snapshotSeconds: number;
  readonly saveMilliseconds: number;
  readonly diskBytes: number;
  readonly failures: number;
}

const LINES_PER_CHUNK = 550;
/** Bytes that are written over for each point, so that making them leaves no garbage to collect. */
const LINE = Buffer.from(
  'diskio,disk=sda,host=web-0000000.example.net,site=eu-central-1 busy=80.0000,wait=0.000000000000 1700000000000000000\n',
);
const AT = {
  host: LINE.indexOf('web-') + 4,
  busy: LINE.indexOf('busy=') + 8,
  wait: LINE.indexOf('wait=') + 7,
  time: LINE.lastIndexOf(' ') + 4,
};

/** Runs the drive in a process of its own. */
export function drive(given: Drive): Driven {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(given)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 24,
  });
  return JSON.parse(output) as Driven;
}

/** Anonymous memory of this process. */
function anonymous(): number {
  const [, kilobytes = '0'] = /^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return 1024 * Number(kilobytes);
}

/** The time is the point's number in tenths of a millisecond, so that every series' times ascend whatever the order. */
function writeLine(bytes: Buffer, at: number, tagSet: number, point: number): void {
  bytes.set(LINE, at);
  digits(bytes, at + AT.host, 7, tagSet);
  digits(bytes, at + AT.busy, 4, uniform(1, tagSet, point) * 1e4);
  digits(bytes, at + AT.wait, 9, uniform(2, tagSet, point) * 1e9);
  digits(bytes, at + AT.time, 11, point);
}

function digits(bytes: Buffer, at: number, count: number, value: number): void {
  let rest = Math.floor(value);
  for (let place = at + count - 1; place >= at; place--) {
    bytes[place] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function tagSetOf({ order, tagSets }: Drive, point: number): number {
  if (order === 'turn') return point % tagSets;
  if (order === 'uniform') return Math.floor(uniform(7, point, 0) * tagSets);
  const rank = Math.floor((tagSets + 1) ** uniform(7, point, 0)) - 1;
  return (Math.min(rank, tagSets - 1) * 7_368_787) % tagSets;
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

async function run(given: Drive): Promise<Driven> {
  const { config } = await loadConfig(ZSCORE_CONFIG, plugins);
  const state = {
    ...config!.state,
    path: given.directory,
    memory: given.memory,
    snapshot_interval: given.interval || 1e6,
    sync: given.sync ?? true,
  };
  const log = createLog('warn');
  const opened = performance.now();
  const keeper = await Keeper.open(state, plugins, log);
  const road = new Pipeline(config!, log, keeper.hot);
  const openMilliseconds = performance.now() - opened;

  const chunks = Math.ceil(given.points / LINES_PER_CHUNK);
  const bytes = Buffer.alloc(LINES_PER_CHUNK * LINE.length);
  const latency = new Float64Array(chunks);
  const delay = new Float64Array(chunks);
  let busy = 0;
  let peak = 0;
  for (let chunk = 0, point = given.from; chunk < chunks; chunk++) {
    for (let i = 0; i < LINES_PER_CHUNK; i++, point++) {
      writeLine(bytes, i * LINE.length, tagSetOf(given, point), point);
    }
    const there = performance.now();
    await setImmediate();
    const begun = performance.now();
    await road.process(bytes);
    const done = performance.now();
    delay[chunk] = begun - there;
    latency[chunk] = done - there;
    busy += done - there;
    if (chunk % 64 === 0) peak = Math.max(peak, anonymous());
  }
  const settled = anonymous();
  const accounted = keeper.hot.bytes + (keeper.hot.cold?.staged ?? 0);
  const snapshotSeconds = keeper.snapshots.duration;
  const saving = performance.now();
  if (given.save) await keeper.close();
  const saveMilliseconds = performance.now() - saving;
  latency.sort();
  delay.sort();
  const perSecond = (count: number) => (1000 * count) / busy;
  const [watch] = road.watches;
  const store = join(given.directory, 'store');
  const diskBytes = readdirSync(store).reduce(
    (sum, file) => sum + statSync(join(store, file)).blocks * 512,
    0,
  );
  return {
    openMilliseconds,
    pointsPerSecond: perSecond(given.points),
    recallsPerSecond: perSecond(road.recall.recalls),
    evictionsPerSecond: perSecond(keeper.hot.frames.evictions),
    latency: {
      p50: quantile(latency, 0.5),
      p99: quantile(latency, 0.99),
      p999: quantile(latency, 0.999),
      max: quantile(latency, 1),
    },
    delay: { p999: quantile(delay, 0.999), max: quantile(delay, 1) },
    anonymous: settled,
    peakAnonymous: Math.max(peak, settled),
    accounted,
    rows: watch!.state.rows,
    hotRows: watch!.state.hotRows,
    snapshotSeconds,
    saveMilliseconds,
    diskBytes,
    failures: road.counts.failures + road.counts.late + road.recall.unscored,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]!) as Drive)));
  process.exit(0);
}
