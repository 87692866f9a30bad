import t from 'tap';
import { Prepare, rate, type Step, stepsOf } from '../src/prepare.ts';
import { Frames } from '../src/state/frames.ts';
import { State } from '../src/state/state.ts';

/** A row of its own for what these steps remember. */
function prepared(...steps: Step[]) {
  const prepare = new Prepare(steps);
  const state = new State(new Frames(), prepare.width);
  state.enter(state.pageOf(state.add(0)));
  const place = state.place(0);
  /** The first has none before it. */
  const all = (values: readonly number[], seconds: readonly number[] = []) =>
    values.map((value, i) =>
      prepare.next(state.page(place), state.at(place), i === 0 ? Number.NaN : (seconds[i] ?? 1), value),
    );
  return { prepare, all };
}

const { NaN: none } = Number;

t.test('difference: how much it changes', async (t) => {
  const { prepare, all } = prepared('difference');
  t.equal(prepare.width, 1);
  t.same(all([5, 7, 4, 4]), [none, 2, -3, 0]);
});

t.test('non_negative_derivative: how much it rises a second', async (t) => {
  const { prepare, all } = prepared('non_negative_derivative');
  t.equal(prepare.width, 1);
  t.same(all([100, 150, 150, 450], [0, 10, 1, 0.5]), [none, 5, 0, 600]);
});

t.test('after a reset there is nothing, and then it goes on', async (t) => {
  const { all } = prepared('non_negative_derivative');
  t.same(all([100, 150, 3, 13], [0, 10, 10, 10]), [none, 5, none, 1]);
});

t.test('log: of what is above 0', async (t) => {
  const { prepare, all } = prepared('log');
  t.equal(prepare.width, 0, 'it remembers nothing');
  t.same(all([Math.E, 0, -1, 1]), [1, none, none, 0]);
});

t.test('steps in turn, each with a memory of its own', async (t) => {
  const growth = prepared('log', 'difference');
  t.equal(growth.prepare.width, 1);
  const found = growth.all([100, 110, 0, 110, 121]);
  t.same(
    found.map((value) => Math.round(Math.exp(value) * 1000) / 1000),
    [none, 1.1, none, none, 1.1],
    'what follows on nothing has nothing before it',
  );
  t.same(prepared('non_negative_derivative', 'log').all([0, Math.E, Math.E, 0, 1]), [none, 1, none, none, 0]);
  const twice = prepared('difference', 'difference');
  t.equal(twice.prepare.width, 2);
  t.same(twice.all([1, 2, 4, 8]), [none, none, 1, 2]);
});

t.test('the value before it may be lost', async (t) => {
  const { all } = prepared('difference');
  t.same(all([5, 7, 9, 10], [0, 1, none, 1]), [none, 2, none, 1]);
});

t.test('never anything that is not finite', async (t) => {
  const most = Number.MAX_VALUE;
  t.same(prepared('difference').all([-most, most, most]), [none, none, 0]);
  t.same(prepared('non_negative_derivative').all([0, most, most], [0, 1e-9, 1e-9]), [none, none, 0]);
  t.same(prepared('difference', 'difference').all([-most, most, most, most]), [none, none, none, 0]);
});

t.test('a rate', async (t) => {
  t.same([rate(1, 3, 4), rate(3, 3, 4), rate(3, 1, 4), rate(none, 1, 4)], [0.5, 0, none, none]);
});

t.test('as the policy says it', async (t) => {
  t.same(stepsOf('none'), []);
  t.same(stepsOf('log'), ['log']);
  t.same(stepsOf(['log', 'difference']), ['log', 'difference']);
});
