import t from 'tap';
import { Calibrator, type Excesses } from '../../src/math/calibrator.ts';
import { uniform } from '../../src/math/random.ts';

const TAIL = 1 / 1000;

/** The excess of each stream's last value. */
class Found implements Excesses {
  readonly list: number[];

  constructor(streams: number) {
    this.list = new Array(streams).fill(0);
  }

  add(stream: number, excess: number): void {
    this.list[stream]! += excess;
  }
}

/** Values of `streams` in turn; the excesses of each in order, 0 for a usual value. */
function run(
  calibrator: Calibrator,
  streams: readonly (readonly number[])[],
  state: Float64Array,
): number[][] {
  const values = new Float64Array(streams.length);
  const excesses: number[][] = streams.map(() => []);
  calibrator.tailShare = TAIL;
  streams[0]!.forEach((_, i) => {
    streams.forEach((stream, k) => {
      values[k] = stream[i]!;
    });
    const found = new Found(streams.length);
    calibrator.step(state, 0, i + 1, values, found);
    found.list.forEach((excess, k) => {
      excesses[k]!.push(excess);
    });
  });
  return excesses;
}

/** Exponential on both sides, as sharp on each. */
const laplace = (i: number) => Math.sign(uniform(2, i, 0) - 0.5) * Math.log(uniform(1, i, 0));
const bell = (i: number) =>
  Math.sqrt(-2 * Math.log(uniform(1, i, 0))) * Math.cos(2 * Math.PI * uniform(2, i, 0));
const series = (value: (i: number) => number, length = 60_000) => Array.from({ length }, (_, i) => value(i));
const share = (list: readonly number[], above: number) =>
  list.filter((excess) => Math.abs(excess) > above).length / list.length;

t.test('an excess of x is as rare as an exponential tail has it', (t) => {
  const calibrator = new Calibrator([0.97], 10_000);
  const [found] = run(calibrator, [series(laplace)], new Float64Array(calibrator.width));
  const settled = found!.slice(20_000);
  t.ok(Math.abs(share(settled, 0) / 0.03 - 1) < 0.15, `${share(settled, 0)} are in the tail`);
  // The mean excess is 1, to which a tenth of the mean distance is added, 1 as well.
  for (const excess of [1, 2]) {
    const wanted = 0.03 * Math.exp(-1.1 * excess);
    t.ok(Math.abs(share(settled, excess) / wanted - 1) < 0.25, `${share(settled, excess)} beyond ${excess}`);
  }
  t.end();
});

t.test('neither unit nor centre matter, and the side is kept', (t) => {
  const calibrator = new Calibrator([0.97, 0.97, 0.97], 10_000);
  const values = series(bell, 5000);
  const streams = [values, values.map((value) => 1024 * value), values.map((value) => -value)];
  const [one, larger, mirrored] = run(calibrator, streams, new Float64Array(calibrator.width));
  one!.forEach((excess, i) => {
    if (Math.abs(excess - larger![i]!) > 1e-6 || excess !== -mirrored![i]!) t.fail(`value ${i}`);
  });
  t.ok(one!.some((excess) => excess > 1) && one!.some((excess) => excess < -1));
  one!.forEach((excess, i) => {
    if (excess !== 0 && excess > 0 !== values[i]! > 0) t.fail(`the side of value ${i}`);
  });
  t.end();
});

t.test('each stream has its own quantile and its own state', (t) => {
  const calibrator = new Calibrator([0.97, 0.9], 10_000);
  t.equal(calibrator.width, 10);
  const [rare, common] = run(calibrator, [series(bell), series(bell)], new Float64Array(10));
  const settled = [rare!, common!].map((found) => share(found.slice(20_000), 0));
  t.ok(Math.abs(settled[0]! / 0.03 - 1) < 0.15, `${settled[0]}`);
  t.ok(Math.abs(settled[1]! / 0.1 - 1) < 0.15, `${settled[1]}`);
  const alone = new Calibrator([0.9], 10_000);
  t.strictSame(run(alone, [series(bell)], new Float64Array(5))[0], common);
  t.end();
});

t.test('nothing is rare among the first 30, and one monster does not blind it', (t) => {
  const calibrator = new Calibrator([0.97], 10_000);
  const state = new Float64Array(5);
  const [found] = run(calibrator, [series((i) => (i === 25 || i === 2000 ? 1e9 : bell(i)), 4000)], state);
  t.ok(found!.slice(0, 30).every((excess) => excess === 0));
  t.ok(found![2000]! > 100);
  t.ok(calibrator.spread(state, 0, 0) < 1, 'nor does it pass for usual');
  const calm = run(calibrator, [series(bell, 4000)], new Float64Array(5))[0]!;
  t.ok(share(found!.slice(2001), 0) > 0.5 * share(calm.slice(2001), 0), 'the tail is still found');
  t.end();
});

t.test('a stream that never moves has no tail', (t) => {
  const calibrator = new Calibrator([0.97], 100);
  const [found] = run(calibrator, [series((i) => (i < 500 ? 7 : 8), 501)], new Float64Array(5));
  t.ok(found!.slice(0, 500).every((excess) => excess === 0));
  t.ok(found![500]! > 100 && Number.isFinite(found![500]), 'a first move is far out');
  t.end();
});

t.test('what lies around its numbers stays as it was', (t) => {
  const calibrator = new Calibrator([0.97], 100);
  const state = new Float64Array(9).fill(0.5);
  calibrator.step(state, 2, 100, Float64Array.of(3), new Found(1));
  t.strictSame([...state.slice(0, 2), ...state.slice(7)], [0.5, 0.5, 0.5, 0.5]);
  t.ok(state.subarray(2, 7).every((number) => number !== 0.5));
  t.end();
});

t.test('only what is not usual is told', (t) => {
  const calibrator = new Calibrator([0.97, 0.97], 10_000);
  const state = new Float64Array(10);
  run(calibrator, [series(bell, 5000), series(bell, 5000)], state);
  const told = (...values: number[]) => {
    const streams: number[] = [];
    const excesses: Excesses = { add: (stream, excess) => streams.push(Math.sign(excess) * (stream + 1)) };
    calibrator.step(state, 0, 5001, Float64Array.from(values), excesses);
    return streams;
  };
  t.strictSame([told(0, 0), told(0, 9), told(-9, 9)], [[], [2], [-1, 2]]);
  t.end();
});

t.test('centre, spread and reach', (t) => {
  const calibrator = new Calibrator([0.97, 0.97], 10_000);
  const state = new Float64Array(10);
  run(calibrator, [series(bell), series((i) => 100 + 4 * bell(i))], state);
  const tail = { centre: 0, spread: 0, quantile: 0, excess: 0 };
  calibrator.keep(state, 0, 1, tail);
  t.ok(Math.abs(tail.centre - 100) < 0.2);
  t.ok(Math.abs(tail.spread - 4 * Math.sqrt(2 / Math.PI)) < 0.1);
  t.equal(tail.spread, calibrator.spread(state, 0, 1));
  calibrator.keep(state, 0, 0, tail);
  t.ok(Math.abs(calibrator.reach(tail, 0, 0.003) - 3) < 0.3, 'three deviations of a bell curve');
  calibrator.keep(new Float64Array(10), 0, 0, tail);
  t.equal(calibrator.reach(tail, 0, 0.003), 0, 'of nothing learned');
  t.end();
});
