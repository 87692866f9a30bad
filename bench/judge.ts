/** What judging costs a value, beside a detector that costs nothing, over rows in slabs as on the road. */

import type { Instance } from '../src/detector.ts';
import { Judge, OK } from '../src/judge.ts';
import { Learning } from '../src/learning.ts';
import { uniform } from '../src/math/random.ts';
import { Frames } from '../src/state/frames.ts';
import { HEADER, State } from '../src/state/state.ts';
import { median, quick } from './support/measure.ts';
import { type Cell, digits, heading, table } from './support/report.ts';
import { policyOf } from './support/series.ts';

const SERIES = [1, 1000, 10_000, 100_000];
const ROUNDS = 5;
const VALUES = quick ? 1_000_000 : 5_000_000;
/** Different scores, so that making them costs nothing; a power of two. */
const DIFFERENT = 1 << 12;
const SCORE = Float64Array.from({ length: DIFFERENT }, (_, i) => -Math.log(uniform(1, i, 0)));

const POLICIES: Record<string, object> = {
  'a fixed threshold that accepts nothing': { threshold: 1e9, accept_after: '0s' },
  'a fixed threshold': { threshold: 1e9 },
  'a budget': {},
};
/** The value is the score. */
const free: Instance = { width: 1, score: (_rows, _at, _time, value) => value, learn: () => {} };
free.update = free.score;

/** Keeps what is computed from being computed away. */
let sink = 0;

function nanoseconds(policy: object, series: number): number {
  const table = policyOf(policy);
  const judge = new Judge(table, 10);
  const learning = new Learning(free, judge, table);
  const state = new State(new Frames(), judge.width);
  for (let id = 0; id < series; id++) state.add(id);
  for (let page = 0; page < state.pages; page++) state.enter(page);
  const pass = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const place = state.place(state.rowOf(i % series));
      const page = state.page(place);
      const at = state.at(place) + HEADER;
      const verdict = learning.step(
        page,
        at,
        page,
        at,
        60 * Math.floor(i / series),
        SCORE[i & (DIFFERENT - 1)]!,
        false,
        60,
      );
      if (verdict !== OK) sink++;
    }
  };
  const warmup = Math.max(VALUES, 20 * series);
  pass(0, warmup);
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const start = process.cpuUsage();
    pass(warmup + round * VALUES, warmup + (round + 1) * VALUES);
    return (process.cpuUsage(start).user * 1e3) / VALUES;
  });
  return median(rounds);
}

heading(
  'Judging',
  'Nanoseconds of CPU a value, values to the series in turn, with what it takes to find the row.',
);
const rows: Cell[][] = Object.entries(POLICIES).map(([name, policy]) => [
  name,
  ...SERIES.map((series) => Math.round(nanoseconds(policy, series))),
]);
table(['policy', ...SERIES.map((series) => `${digits(series)} series`)], rows);
if (sink < 0) throw new Error('there is no such thing');
