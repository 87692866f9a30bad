/**
 * What a detector costs: nanoseconds of the processor for a value, alone and with its judge, and bytes a series, at
 * 10,000 series with default options. The figures in docs/detectors.md are from here.
 *
 * usage: node dist/bench/cost.js [--detectors zscore,...] [--quick]
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plugins } from '../plugins/all.ts';
import type { Instance } from '../src/detector.ts';
import { Judge, OK } from '../src/judge.ts';
import { Learning } from '../src/learning.ts';
import { FRAME_BYTES, Frames } from '../src/state/frames.ts';
import { HEADER, State } from '../src/state/state.ts';
import { interleave, median, option, quick } from './support/measure.ts';
import { Chance } from './support/noise.ts';
import { heading, note, table } from './support/report.ts';
import { instanceOf, policyOf, scoreAndLearn } from './support/series.ts';

const SERIES = 10_000;
const ROUNDS = quick ? 3 : 5;
/** In one round. */
const VALUES = 1_000_000;
/** Values of each series before the first round: spot is out of its warm-up then. */
const WARMUP = 1200;
/** Seconds from one value of a series to its next. */
const STEP = 60;
const START = 1_767_225_600;
const POLICY = policyOf({});
/** Different values, so that making them costs nothing. A prime, so that every series meets each of them. */
const DIFFERENT = 8191;
const chance = new Chance(1);
const VALUE = Float64Array.from({ length: DIFFERENT }, () => 50 + chance.normal());

interface Cost {
  /** Nanoseconds a value. */
  readonly alone: number;
  readonly judged: number;
  /** Bytes a series, in pages that are full. */
  readonly row: number;
  readonly judgeRow: number;
}

/** Keeps what is computed from being computed away. */
let sink = 0;

/** Of the processor, whatever else it has to do. */
function nanoseconds(pass: (from: number, to: number) => void, from: number): number {
  const before = process.cpuUsage();
  pass(from, from + VALUES);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / VALUES;
}

function stateOf(width: number): State {
  const state = new State(new Frames(), width);
  for (let id = 0; id < SERIES; id++) state.add(id);
  for (let page = 0; page < state.pages; page++) state.enter(page);
  return state;
}

type Pass = (from: number, to: number) => void;

/** Values to the series in turn. */
function alonePass(instance: Instance): Pass {
  const state = stateOf(instance.width);
  return (from, to) => {
    for (let i = from; i < to; i++) {
      const place = state.place(state.rowOf(i % SERIES));
      const page = state.page(place);
      const at = state.at(place) + HEADER;
      const time = START + STEP * Math.floor(i / SERIES);
      const value = VALUE[i % DIFFERENT]!;
      sink += scoreAndLearn(instance, page, at, time, value);
    }
  };
}

function judgedPass(instance: Instance, judge: Judge): Pass {
  const state = stateOf(instance.width);
  const judged = stateOf(judge.width);
  const learning = new Learning(instance, judge, POLICY);
  const open = new Uint8Array(SERIES);
  return (from, to) => {
    for (let i = from; i < to; i++) {
      const series = i % SERIES;
      const time = START + STEP * Math.floor(i / SERIES);
      const [own, beside] = [state.place(state.rowOf(series)), judged.place(judged.rowOf(series))];
      const [page, at] = [state.page(own), state.at(own) + HEADER];
      const [judgePage, judgeAt] = [judged.page(beside), judged.at(beside) + HEADER];
      const value = VALUE[i % DIFFERENT]!;
      const verdict = learning.step(page, at, judgePage, judgeAt, time, value, open[series] === 1, STEP);
      open[series] = verdict === OK ? 0 : 1;
      sink += learning.score;
    }
  };
}

/** A row's share of its page. */
function bytesOf(width: number): number {
  const { stride, rowsPerPage } = new State(new Frames(), width);
  return Math.max(FRAME_BYTES, 8 * stride) / rowsPerPage;
}

async function measure(name: string): Promise<Cost> {
  const { default: detector } = await plugins.detectors[name]!();
  const create = () => instanceOf(detector);
  const judge = new Judge(POLICY, detector.threshold);
  const [alone, judged] = [alonePass(create()), judgedPass(create(), judge)];
  let done = WARMUP * SERIES;
  for (const pass of [alone, judged]) pass(0, done);
  const found = await interleave(ROUNDS, {
    alone: () => nanoseconds(alone, done),
    judged: () => {
      const taken = nanoseconds(judged, done);
      done += VALUES;
      return taken;
    },
  });
  if (!Number.isFinite(sink)) throw new Error(`${name}: a score is ${sink}`);
  return {
    alone: median(found.alone),
    judged: median(found.judged),
    row: bytesOf(create().width),
    judgeRow: bytesOf(judge.width),
  };
}

function bytesText(bytes: number): string {
  return Math.round(bytes).toLocaleString('en-US');
}

if (isMainThread) {
  heading(
    'Cost of a detector',
    'Nanoseconds of the processor a value and bytes a series, 10,000 series of a bell curve, default options.',
  );
  const names = option('detectors', Object.keys(plugins.detectors).join(',')).split(',');
  const rows: (string | number)[][] = [];
  for (const name of names) {
    // In a thread of its own: what the compiler has learned of one detector must not slow down the next.
    const worker = new Worker(new URL(import.meta.url), { workerData: name, argv: process.argv.slice(2) });
    const cost = await new Promise<Cost>((resolve, reject) => {
      worker.on('message', resolve).on('error', reject);
    });
    rows.push([name, cost.alone, cost.judged, bytesText(cost.row), bytesText(cost.row + cost.judgeRow)]);
  }
  table(['detector', 'alone, ns', 'with its judge, ns', 'bytes', 'with the judge, bytes'], rows);
  note('Bytes are shares of pages of 4 KiB, with what keeps the time and the flags of a row.');
} else {
  parentPort!.postMessage(await measure(workerData as string));
}
