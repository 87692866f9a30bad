import t from 'tap';
import { Counter } from '../src/counter.ts';
import { uniform } from '../src/math/random.ts';
import { Frames } from '../src/state/frames.ts';
import { FLAGS, OFF, State } from '../src/state/state.ts';

const LEAST_VALUES = 100;
const LEAST_RISES = 50;

/** One series. Answers, value by value, what the detector is given; by default a second after the one before. */
function series() {
  const counter = new Counter();
  const state = new State(new Frames(), counter.width);
  state.enter(state.pageOf(state.add(0)));
  const place = state.place(0);
  const [page, at] = [state.page(place), state.at(place)];
  let first = true;
  const next = (value: number, elapsed = 1) => {
    const given = counter.next(page, at, first ? Number.NaN : elapsed, value);
    first = false;
    return given;
  };
  const flags = () => page.i32[2 * at + FLAGS]!;
  return { counter, next, flags };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Whether such a series is taken for a counter at its end. */
function found(values: Iterable<number>): boolean {
  const { counter, next } = series();
  for (const value of values) next(value);
  return counter.isCounter;
}

/** One that was found, at this value, with a rise of 1 a second. */
function known(at = 1000) {
  const one = series();
  for (let value = at - LEAST_VALUES; value <= at; value++) one.next(value);
  t.ok(one.counter.isCounter);
  return one;
}

t.test('a field that only grows is found out', async (t) => {
  const { counter, next } = series();
  for (const i of upTo(LEAST_VALUES)) {
    t.equal(next(5 * i), 5 * i);
    t.notOk(counter.isCounter);
  }
  t.equal(next(600, 10), 10.5, 'from the value on that tells');
  t.ok(counter.isCounter);
  t.same(counter.steps, ['non_negative_derivative']);
  t.equal(next(600, 10), 0);
  t.equal(next(650, 10), 5);
});

t.test('it may rest for half of the time', async (t) => {
  const steps = (rises: number) => upTo(LEAST_VALUES + 1).map((i) => 7 + Math.min(i, rises));
  t.ok(found(steps(LEAST_RISES)));
  t.notOk(found(steps(LEAST_RISES - 1)));
});

t.test('it may have rested for long before', async (t) => {
  const idle = new Array(5 * LEAST_VALUES + 1).fill(7);
  t.notOk(found(idle));
  t.ok(found([...idle, ...upTo(LEAST_VALUES).map((i) => 8 + i)]));
});

t.test('a reset begins the count again', async (t) => {
  const before = upTo(LEAST_VALUES - 1).map((i) => 5000 + i);
  t.notOk(found([...before, ...upTo(LEAST_VALUES)]));
  t.ok(found([...before, ...upTo(LEAST_VALUES + 1)]));
});

t.test('a reset of one that is known is nothing, and it goes on', async (t) => {
  const { counter, next } = known();
  t.same(next(3), Number.NaN);
  t.equal(next(5), 2);
  t.same(next(0), Number.NaN);
  t.equal(next(0), 0);
  t.ok(counter.isCounter);
});

t.test('one of 32 bits that wraps', async (t) => {
  const step = Math.floor(0.24 * 2 ** 32);
  const values = upTo(300).map((i) => (i * step) % 2 ** 32);
  const { counter, next } = series();
  for (const value of upTo(200)) next(value);
  next(2 ** 31);
  const given = values.map((value) => next(value));
  t.ok(counter.isCounter);
  t.same(new Set(given.slice(1)), new Set([step, Number.NaN]));
});

t.test('what falls by little is none, and is never looked at again', async (t) => {
  for (const [from, to] of [
    [1000, 999],
    [1000, 251],
  ] as const) {
    const { counter, next } = known(from);
    t.equal(next(to), to, 'as it is');
    t.notOk(counter.isCounter);
    t.same(counter.steps, []);
    for (const i of upTo(5 * LEAST_VALUES)) t.equal(next(to + i), to + i);
    t.notOk(counter.isCounter);
    t.ok(counter.settled, 'and there is nothing more to remember');
  }
  t.notOk(found([10, 9, ...upTo(LEAST_VALUES * 5)]), 'the same before it was found out');
});

t.test('what is none', async (t) => {
  const noise = (i: number) => uniform(1, i, 0);
  const many = upTo(1000);
  t.notOk(found(many.map(() => 42)), 'a constant');
  t.notOk(found(many.map((i) => i % 2)), 'a switch');
  t.notOk(found(many.map((i) => (noise(i) < 0.01 ? 1 : 0))), 'a switch that is hardly ever on');
  t.notOk(found(many.map((i) => i / 10)), 'a share in percent that grows');
  t.notOk(found(many.map((i) => i - 2000)), 'a number below 0 that grows');
  t.notOk(found(many.map((i) => 5e9 + Math.floor(1e6 * noise(i)))), 'the bytes of a memory');
  t.notOk(found(many.map((i) => i % 90)), 'a queue that grows and is emptied, again and again');
  t.notOk(found(many.map((i) => 1000 - i)), 'the days that are left');
});

t.test('beyond 2^53, where doubles are some apart', async (t) => {
  const { next } = series();
  const given = upTo(300).map((i) => next(2 ** 62 + 4096 * i));
  t.equal(given.at(-1), 4096);
  const slow = upTo(300).map((i) => Number(2n ** 62n + 10n * BigInt(i)));
  t.notOk(found(slow), 'one that grows by less than that rests for most of the time');
});

t.test('a value before it that is not known', async (t) => {
  const { counter, next } = known();
  t.same(next(2000, Number.NaN), Number.NaN);
  t.equal(next(2005), 5);
  t.ok(counter.isCounter);
  const other = series();
  for (const i of upTo(LEAST_VALUES)) other.next(i);
  other.next(900, Number.NaN);
  other.next(901);
  t.notOk(other.counter.isCounter, 'begins the count again');
});

t.test('a rise that is not finite is nothing', async (t) => {
  t.same(known().next(Number.MAX_VALUE, 1e-9), Number.NaN);
});

t.test('its bits are none of those that mean something in every row', async (t) => {
  const { next, flags } = series();
  const seen = new Set<number>();
  for (const i of upTo(150)) {
    next(i);
    seen.add(flags());
  }
  next(100);
  seen.add(flags());
  t.ok(seen.size > LEAST_VALUES);
  t.same([...seen].filter((all) => (all & (OFF | 1)) !== 0), []); // biome-ignore format: short
});
