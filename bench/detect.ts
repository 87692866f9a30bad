/** Each detector alone, through the interface that the road calls, over rows in slabs. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plugins } from '../plugins/all.ts';
import type { Instance } from '../src/detector.ts';
import { uniform } from '../src/math/random.ts';
import { optionTypes } from '../src/options.ts';
import { Frames } from '../src/state/frames.ts';
import { HEADER, State } from '../src/state/state.ts';
import { interleave, median, quick } from './support/measure.ts';
import { type Cell, digits, heading, table } from './support/report.ts';
import { scoreAndLearn } from './support/series.ts';

const SERIES = [1, 10_000, quick ? 100_000 : 1_000_000];
const ROUNDS = quick ? 3 : 5;
/** In one round. */
const VALUES = quick ? 1_000_000 : 3_000_000;
/** Values of each series before the first round: detectors are out of their warm-up then, and code is compiled. */
const WARMUP = 40;
/** Different values, so that making them costs nothing; a power of two. */
const DIFFERENT = 1 << 12;
const VALUE = Float64Array.from({ length: DIFFERENT }, (_, i) => 50 + 10 * uniform(1, i, 0));

interface Timing {
  readonly series: number;
  /** Nanoseconds a value. */
  readonly detector: number;
  readonly bare: number;
}

/** Keeps what is computed from being computed away. */
let sink = 0;

function nanoseconds(pass: (from: number, to: number) => void, done: number): number {
  const start = performance.now();
  pass(done, done + VALUES);
  return ((performance.now() - start) * 1e6) / VALUES;
}

/** Values to the series in turn, a second between two of one series. */
function detectorPass(instance: Instance, series: number): (from: number, to: number) => void {
  const state = new State(new Frames(), instance.width);
  for (let id = 0; id < series; id++) state.add(id);
  for (let page = 0; page < state.pages; page++) state.enter(page);
  return (from, to) => {
    for (let i = from; i < to; i++) {
      const place = state.place(state.rowOf(i % series));
      const page = state.page(place);
      const at = state.at(place) + HEADER;
      const time = Math.floor(i / series);
      const value = VALUE[i & (DIFFERENT - 1)]!;
      sink += scoreAndLearn(instance, page, at, time, value);
    }
  };
}

/** A z-score of the same rules as the detector's, written into the loop over three flat columns. */
function barePass(series: number): (from: number, to: number) => void {
  const rows = new Float64Array(3 * series);
  return (from, to) => {
    for (let i = from; i < to; i++) {
      const at = 3 * (i % series);
      const change = VALUE[i & (DIFFERENT - 1)]! - rows[at]!;
      const old = rows[at + 2]!;
      if (old >= 30) sink += change / Math.max(Math.sqrt(rows[at + 1]!), 1e-9);
      const weight = old < 30 ? old + 1 : 0.999 * old + 1;
      const step = change / weight;
      rows[at] = rows[at]! + step;
      rows[at + 1] = rows[at + 1]! + (change * (change - step) - rows[at + 1]!) / weight;
      rows[at + 2] = weight;
    }
  };
}

async function measure(name: string): Promise<Timing[]> {
  const { default: detector } = await plugins.detectors[name]!();
  const timings: Timing[] = [];
  for (const series of SERIES) {
    const instance = detector.create(detector.options(optionTypes).parse({}));
    const [ours, bare] = [detectorPass(instance, series), barePass(series)];
    const warmup = Math.max(WARMUP * series, VALUES);
    for (const pass of [ours, bare]) pass(0, warmup);
    let done = warmup;
    const found = await interleave(ROUNDS, {
      ours: () => nanoseconds(ours, done),
      bare: () => {
        const taken = nanoseconds(bare, done);
        done += VALUES;
        return taken;
      },
    });
    timings.push({ series, detector: median(found.ours), bare: median(found.bare) });
  }
  if (!Number.isFinite(sink)) throw new Error(`${name}: a score is ${sink}`);
  return timings;
}

if (isMainThread) {
  heading(
    'Detectors',
    'Nanoseconds a value for score and learn together, by their interface, over rows of as many series; the bare loop ' +
      'is a z-score without an interface.',
  );
  const rows: Cell[][] = [];
  const bare: number[][] = SERIES.map(() => []);
  for (const name of Object.keys(plugins.detectors)) {
    // In a thread of its own: what the compiler has learned of one detector must not slow down the next.
    const worker = new Worker(new URL(import.meta.url), { workerData: name, argv: process.argv.slice(2) });
    const timings = await new Promise<Timing[]>((resolve, reject) => {
      worker.on('message', resolve).on('error', reject);
    });
    for (const [i, timing] of timings.entries()) bare[i]!.push(timing.bare);
    rows.push([name, ...timings.map((timing) => timing.detector)]);
  }
  rows.push(['*bare loop*', ...bare.map(median)]);
  table(['detector', ...SERIES.map((series) => `${digits(series)} series`)], rows);
} else {
  parentPort!.postMessage(await measure(workerData as string));
}
