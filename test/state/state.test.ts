import t from 'tap';
import { Frames } from '../../src/state/frames.ts';
import { FLAGS, HEADER, NO_ROW, OFF, State } from '../../src/state/state.ts';

/** A state with its store in a map, by page. */
function stored(
  width: number,
  options: { session?: number; rows?: number; pages?: Map<string, Buffer> } = {},
) {
  const { session = 1, rows = 0, pages = new Map<string, Buffer>() } = options;
  const frames = new Frames();
  const put = (key: Buffer, value: Buffer) => {
    pages.set(key.toString('hex'), value);
  };
  const state = new State(frames, width, put, 7, session, rows);
  const load = (page: number) => {
    state.enter(page);
    state.load(page, pages.get(state.key(page).toString('hex')));
  };
  return { frames, state, pages, load };
}

t.test('a new row is all zeros, and rows do not share memory', async (t) => {
  for (const width of [0, 3, 507, 600, 40_000]) {
    const { state } = stored(width);
    const series = Array.from({ length: width > 1000 ? 5 : 3000 }, (_, i) => 2 * i);
    const rows = series.map((id) => state.add(id));
    for (let page = 0; page < state.pages; page++) state.enter(page);
    const of = (row: number) => {
      const place = state.place(row);
      return state.page(place).f64.subarray(state.at(place), state.at(place) + state.stride);
    };
    for (const [i, row] of rows.entries()) {
      t.ok(of(row).every((x) => x === 0));
      of(row).fill(i + 1);
    }
    t.ok(
      rows.every((row, i) => of(row).length === width + HEADER && of(row).every((x) => x === i + 1)),
      `width ${width}`,
    );
    t.equal(state.rows, rows.length);
  }
});

t.test('a series without a row says so', async (t) => {
  const { state } = stored(0);
  t.equal(state.rowOf(5), NO_ROW);
  t.equal(state.stride, HEADER, 'a detector may need no state of its own');
  state.add(5);
  t.same([state.rowOf(4), state.rowOf(5), state.rowOf(1e6)], [NO_ROW, 0, NO_ROW]);
  state.set(5, NO_ROW);
  t.equal(state.rowOf(5), NO_ROW);
});

t.test('a row that sleeps is no row, and wakes as it was', async (t) => {
  for (const row of [0, 1, 2 ** 31 - 2]) {
    t.ok(State.turn(row) < NO_ROW);
    t.equal(State.turn(State.turn(row)), row);
  }
  t.equal(State.turn(NO_ROW), NO_ROW);
});

t.test('rows of forgotten series are given again', async (t) => {
  const { state } = stored(1);
  for (let series = 0; series < 5; series++) state.add(series);
  for (const row of [4, 2]) state.free.add(row);
  t.same([state.add(10), state.add(11), state.add(12)], [2, 4, 5]);
});

t.test('a page that was given up comes back as it was', async (t) => {
  for (const width of [3, 700]) {
    const { frames, state, pages, load } = stored(width);
    for (let series = 0; series < 500; series++) state.add(series);
    const last = state.pages - 1;
    for (let page = 0; page <= last; page++) state.enter(page);
    const write = (row: number, value: number) => {
      const place = state.place(row);
      state.page(place).f64[state.at(place) + HEADER] = value;
      frames.mark(frames.frameOf(place), true);
    };
    const read = (row: number) => {
      const place = state.place(row);
      return state.page(place).f64[state.at(place) + HEADER];
    };
    for (let row = 0; row < 500; row++) write(row, row + 0.5);
    frames.tick();
    while (frames.evict(false));
    t.equal(state.hotPages, 0);
    t.equal(pages.size, last + 1);
    t.ok(state.isCold(0));
    for (let page = last; page >= 0; page--) load(page);
    t.ok(Array.from({ length: 500 }, (_, row) => read(row) === row + 0.5).every(Boolean));
    t.equal(state.damaged, 0);
  }
});

t.test('a page that has not been changed is not written again', async (t) => {
  const { frames, state, pages } = stored(3);
  state.add(0);
  state.enter(0);
  frames.tick();
  t.ok(frames.evict(false));
  t.equal(pages.size, 0);
});

t.test('a damaged page begins anew, whichever bit it is', async (t) => {
  const { frames, state, pages, load } = stored(3);
  state.add(0);
  state.enter(0);
  const place = state.place(0);
  state.page(place).f64[state.at(place) + HEADER] = 42;
  frames.mark(frames.frameOf(place), true);
  frames.tick();
  frames.evict(false);
  const [key, whole] = [...pages][0]!;
  let damaged = 0;
  const begins = (value: Buffer) => {
    pages.set(key, value);
    load(0);
    const at = state.place(0);
    t.equal(state.page(at).f64[state.at(at) + HEADER], 0);
    t.equal(state.damaged, ++damaged);
    frames.release(state.frameOf(0));
    state.leave(0, true);
  };
  for (let byte = 0; byte < whole.length; byte += 97) {
    const flipped = Buffer.from(whole);
    flipped[byte]! ^= 1 << (byte % 8);
    begins(flipped);
  }
  for (const bit of [1, 2, 3, 4]) {
    const flipped = Buffer.from(whole);
    flipped[whole.length - bit]! ^= 1;
    begins(flipped);
  }
  for (const length of [1, 8, 100, whole.length - 1]) begins(whole.subarray(0, length));
});

t.test('a row that was switched off is tried again in the next session, not in this one', async (t) => {
  const first = stored(1);
  first.state.add(0);
  first.state.enter(0);
  const flags = ({ state }: typeof first) => {
    const place = state.place(0);
    return { i32: state.page(place).i32, at: 2 * state.at(place) + FLAGS };
  };
  const { i32, at } = flags(first);
  i32[at] = OFF | 1;
  first.state.save(0);
  const same = stored(1, { rows: 1, pages: first.pages });
  same.load(0);
  t.equal(flags(same).i32[flags(same).at], OFF | 1);
  const next = stored(1, { rows: 1, pages: first.pages, session: 2 });
  t.ok(next.state.isCold(0));
  next.load(0);
  t.equal(flags(next).i32[flags(next).at], 1);
});

t.test('keys ascend with the page, and differ between instances', async (t) => {
  const keys = [0, 1, 255, 256, 2 ** 24].map((page) => stored(1).state.key(page));
  t.strictSame([...keys].sort(Buffer.compare), keys);
  t.notSame(keys[0], new State(new Frames(), 1, () => {}, 8).key(0));
});
