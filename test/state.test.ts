import t from 'tap';
import { HEADER, NO_ROW, State } from '../src/state.ts';

t.test('a new row is all zeros, and rows do not share memory', async (t) => {
  const state = new State(3);
  const rows = Array.from({ length: 3000 }, (_, i) => state.add(2 * i));
  for (const [i, row] of rows.entries()) {
    const { f64 } = state.page(row);
    const at = state.at(row);
    t.ok(f64.subarray(at, at + state.stride).every((x) => x === 0));
    f64.fill(i + 1, at, at + state.stride);
  }
  t.ok(
    rows.every((row, i) =>
      state
        .page(row)
        .f64.subarray(state.at(row), state.at(row) + state.stride)
        .every((x) => x === i + 1),
    ),
  );
  t.equal(state.rows, 3000);
});

t.test('pages are added, never moved', async (t) => {
  const state = new State(1);
  const first = state.page(state.add(0));
  for (let series = 1; series < 10_000; series++) state.add(series);
  t.equal(state.page(state.rowOf(0)), first);
});

t.test('a series without a row says so', async (t) => {
  const state = new State(0);
  t.equal(state.rowOf(5), NO_ROW);
  t.equal(state.stride, HEADER, 'a detector may need no state of its own');
  state.add(5);
  t.same([state.rowOf(4), state.rowOf(5), state.rowOf(1e6)], [NO_ROW, 0, NO_ROW]);
  state.drop(5);
  t.equal(state.rowOf(5), NO_ROW);
});

t.test('the views of a page are the same memory', async (t) => {
  const state = new State(2);
  const page = state.page(state.add(0));
  page.f64[1] = 1;
  t.same([page.i32[3], page.f32[3]], [0x3ff00000, 1.875]);
});
