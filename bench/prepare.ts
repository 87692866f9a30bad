/** What preparing values costs, on the whole road but for the pipes: beside the same road without it. */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plugins } from '../plugins/all.ts';
import { loadConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { Pipeline } from '../src/pipeline.ts';
import type { Policy } from '../src/policy.ts';
import { ZSCORE_CONFIG } from './support/child.ts';
import { interleave, median, quick } from './support/measure.ts';
import { type Cell, digits, heading, table } from './support/report.ts';

const FIELDS = 2;
const LINES_PER_CHUNK = 500;
const SERIES = quick ? [10_000] : [10_000, 200_000];
const TURNS = quick ? 5 : 11;
/** Rounds before the first measured one: by then it is known what is a counter. */
const FIRST_ROUNDS = 110;
/** Values in one turn, at least. */
const VALUES = 400_000;
/** Of a frame of 4 KiB, with what the pool keeps of it. */
const FRAME_BYTES = 4114;

/** A z-score with its budget. */
const BY_DEFAULT = { threshold: undefined, counter: 'auto' } as const;

interface Load {
  readonly policy: Partial<Policy>;
  readonly counters: boolean;
}

const candidates: readonly (readonly [string, Load])[] = [
  ['`counter = "off"`, no counters', { policy: { counter: 'off' }, counters: false }],
  ['by default, no counters', { policy: {}, counters: false }],
  ['`counter = "off"`, counters', { policy: { counter: 'off' }, counters: true }],
  ['by default, counters', { policy: {}, counters: true }],
  [
    '`"non_negative_derivative"`, counters',
    { policy: { prepare: 'non_negative_derivative' }, counters: true },
  ],
  ['`"log"`, counters', { policy: { prepare: 'log' }, counters: true }],
];

/** Whole numbers of seven digits; those that are no counters go up and down. */
function chunk(first: number, round: number, counters: boolean): Buffer {
  const lines = Array.from({ length: LINES_PER_CHUNK }, (_, i) => {
    const value = 1_000_000 + (counters ? 3 * round : 7 * (round % 2));
    return `net,host=web-${String(first + i).padStart(7, '0')},interface=eth0 recv=${value}i,sent=${value + 7}i ${1_700_000_000 + 10 * round}000000000\n`;
  });
  return Buffer.from(lines.join(''));
}

async function serve(series: number, { policy, counters }: Load): Promise<void> {
  const { config } = await loadConfig(ZSCORE_CONFIG, plugins);
  const [detector] = config!.detectors;
  const detectors = [{ ...detector!, policy: { ...detector!.policy, ...BY_DEFAULT, ...policy } }];
  const pipeline = new Pipeline({ ...config!, detectors }, createLog('error'));
  const tagSets = series / FIELDS;
  let round = 0;
  const run = (rounds: number): number => {
    let taken = 0;
    for (const end = round + rounds; round < end; round++) {
      for (let first = 0; first < tagSets; first += LINES_PER_CHUNK) {
        const bytes = chunk(first, round, counters);
        const start = process.cpuUsage();
        void pipeline.process(bytes);
        const { user, system } = process.cpuUsage(start);
        taken += user + system;
      }
    }
    return (taken * 1e3) / (rounds * series);
  };
  run(FIRST_ROUNDS);
  const { prepared } = pipeline.watches[0]!;
  const bytes =
    prepared === undefined ? 0 : FRAME_BYTES * prepared.state.hotPages + prepared.state.bytesOfColumns;
  parentPort!.on('message', () => parentPort!.postMessage(run(Math.ceil(VALUES / series))));
  parentPort!.postMessage(bytes / series);
}

async function answer(worker: Worker): Promise<number> {
  const [found] = await once(worker, 'message');
  return found;
}

if (isMainThread) {
  heading(
    'Preparing',
    'The whole road with a z-score and a budget, without pipes: nanoseconds of CPU a value, two to a point, and what the rows of `prepared` take.',
  );
  const rows: Cell[][] = candidates.map(([name]) => [name]);
  for (const series of SERIES) {
    // In threads of their own: what the compiler has learned of one must not slow down the next.
    const workers = candidates.map(
      ([, load]) =>
        new Worker(new URL(import.meta.url), { workerData: { series, load }, argv: process.argv.slice(2) }),
    );
    const bytes = await Promise.all(workers.map(answer));
    const turns = workers.map((worker, i): [string, () => Promise<number>] => [
      String(i),
      async () => {
        worker.postMessage('run');
        return answer(worker);
      },
    ]);
    const taken = await interleave(TURNS, Object.fromEntries(turns));
    for (const [i, row] of rows.entries()) row.push(median(taken[String(i)]!), bytes[i]!);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  table(['', ...SERIES.flatMap((series) => [`${digits(series)} series, ns`, 'bytes each'])], rows);
} else {
  await serve(workerData.series as number, workerData.load as Load);
}
