import t from 'tap';
import { uniform } from '../../src/math/random.ts';
import { learnTail, startTail, surprise, surprisingly, TAIL_WIDTH } from '../../src/math/tail.ts';

const MEMORY = 10_000;
const LENGTH = 300_000;

const normal = (i: number, seed = 1) =>
  Math.sqrt(-2 * Math.log(uniform(seed, i, 0))) * Math.cos(2 * Math.PI * uniform(seed, i, 1));

const shapes: Record<string, () => (i: number) => number> = {
  'a bell curve': () => (i) => Math.abs(normal(i)),
  exponential: () => (i) => -Math.log(uniform(1, i, 0)),
  lognormal: () => (i) => Math.exp(normal(i)),
  'Student, 5 degrees': () => (i) => {
    const square = [2, 3, 4, 5, 6].reduce((sum, seed) => sum + normal(i, seed) ** 2, 0);
    return Math.abs(normal(i) / Math.sqrt(square / 5));
  },
  'that follow one another': () => {
    let last = 0;
    return (i) => {
      last = 0.9 * last + normal(i);
      return Math.abs(last);
    };
  },
  'mostly zero': () => (i) => (uniform(2, i, 0) < 0.95 ? 0 : -Math.log(uniform(1, i, 0))),
};

function learned(values: readonly number[], memory = MEMORY): Float64Array {
  const state = new Float64Array(TAIL_WIDTH);
  for (const value of values) learnTail(state, 0, value, memory);
  return state;
}

function draw(name: string, length: number): number[] {
  const next = shapes[name]!();
  return Array.from({ length }, (_, i) => next(i));
}

for (const name of Object.keys(shapes)) {
  t.test(`as surprising as it is rare: ${name}`, (t) => {
    const state = new Float64Array(TAIL_WIDTH);
    const counts = [0, 0, 0];
    draw(name, LENGTH).forEach((value, i) => {
      const found = surprise(state, 0, value);
      if (i >= 2 * MEMORY) for (const k of [0, 1, 2]) if (found >= k + 2) counts[k]!++;
      learnTail(state, 0, value, MEMORY);
    });
    const share = counts.map((count, k) => (count / (LENGTH - 2 * MEMORY)) * 10 ** (k + 2));
    t.ok(share[0]! > 0.9 && share[0]! < 1.1, `one in a hundred: ${share[0]}`);
    t.ok(share[1]! > 0.8 && share[1]! < 1.25, `one in a thousand: ${share[1]}`);
    t.ok(share[2]! > 0.4 && share[2]! < 2, `one in ten thousand: ${share[2]}`);
    t.end();
  });
}

t.test('integers are never more surprising than they are rare by much', (t) => {
  const state = new Float64Array(TAIL_WIDTH);
  let rare = 0;
  for (let i = 0; i < LENGTH; i++) {
    const value = Math.abs(Math.round(2 * normal(i)) / 2);
    if (i >= 2 * MEMORY && surprise(state, 0, value) >= 3) rare++;
    learnTail(state, 0, value, MEMORY);
  }
  t.ok(rare < (2 * (LENGTH - 2 * MEMORY)) / 1000);
  t.end();
});

t.test('larger is more surprising, without a jump and without an end', (t) => {
  for (const name of Object.keys(shapes)) {
    const state = learned(draw(name, 20_000));
    let before = surprise(state, 0, 0);
    t.equal(before, 0, 'zero is no surprise');
    for (let value = 0.01; value < 1e4; value *= 1.01) {
      const found = surprise(state, 0, value);
      if (!(found >= before && found < 1.05 * before + 0.6))
        t.fail(`${name}: ${found} after ${before} at ${value}`);
      before = found;
    }
    t.ok(surprise(state, 0, 1e200) > surprise(state, 0, 1e100));
  }
  t.end();
});

t.test('surprisingly is the inverse', (t) => {
  for (const name of Object.keys(shapes)) {
    const state = learned(draw(name, 20_000));
    for (const wanted of [0.5, 1.5, 2, 3, 4, 7, 12]) {
      const found = surprise(state, 0, surprisingly(state, 0, wanted));
      t.ok(Math.abs(found - wanted) < 1e-6, `${name}: ${found}, not ${wanted}`);
    }
  }
  t.equal(surprisingly(new Float64Array(TAIL_WIDTH), 0, 0), 0, 'of nothing');
  t.end();
});

t.test('whatever the unit', (t) => {
  const values = draw('lognormal', 5000);
  const state = learned(values);
  for (const unit of [2 ** -200, 2 ** 200]) {
    const scaled = learned(values.map((value) => value * unit));
    t.ok(Math.abs(surprise(scaled, 0, 30 * unit) - surprise(state, 0, 30)) < 1e-9);
  }
  t.end();
});

t.test('one number does not hide the next', (t) => {
  const values = draw('a bell curve', 20_000);
  const state = learned(values);
  const before = surprise(state, 0, 6);
  for (let i = 0; i < 20; i++) {
    t.ok(surprise(state, 0, 1e6) > 10);
    for (const value of [1e6, ...values.slice(700 * i, 700 * i + 700)]) learnTail(state, 0, value, MEMORY);
  }
  t.ok(before > 5 && surprise(state, 0, 6) > 3, 'nor do twenty in as many half days');
  t.end();
});

t.test('a huge first number is soon forgotten', (t) => {
  const state = learned([1e6, ...draw('a bell curve', 3000)]);
  t.ok(surprise(state, 0, 8) > 3);
  t.end();
});

t.test('a change of scale is learned within the memory', (t) => {
  const values = draw('a bell curve', 20_000);
  const state = learned([...values, ...values.map((value) => 10 * value)]);
  const calm = learned(values);
  const ratio = surprisingly(state, 0, 3) / surprisingly(calm, 0, 3);
  t.ok(ratio > 8 && ratio < 13, `${ratio}`);
  t.end();
});

t.test('the first hundred are no surprise', (t) => {
  const values = draw('a bell curve', 99);
  t.equal(surprise(learned(values), 0, 50), 0);
  t.ok(surprise(learned([...values, 1]), 0, 50) > 3);
  t.end();
});

t.test('what is known beforehand', (t) => {
  const state = new Float64Array(TAIL_WIDTH + 2);
  startTail(state, 1, 1000, 5, 2);
  t.ok(Math.abs(surprise(state, 1, 5) - -Math.log10(0.02)) < 1e-9);
  t.ok(Math.abs(surprise(state, 1, 5 + 2 * Math.LN10) - -Math.log10(0.002)) < 1e-9, 'an exponential tail');
  t.same([state[0], state.at(-1)], [0, 0], 'within its part of the row');
  startTail(state, 1, 30, 0.45, 0.15, 0.8);
  for (let i = 0; i < 3000; i++) learnTail(state, 1, -Math.log(uniform(1, i, 0)), 1000, 0.8);
  t.ok(Math.abs(surprisingly(state, 1, 2) / (2 * Math.LN10) - 1) < 0.2, 'gives way to what is learned');
  t.end();
});

t.test('nothing but zeros, and the hostile', (t) => {
  const zeros = learned(new Array<number>(5000).fill(0));
  t.equal(surprise(zeros, 0, 0), 0);
  t.ok(surprise(zeros, 0, 1) > 3, 'never seen in 5000');
  const streams = [
    (i: number) => (i % 2 ? 1.7e308 : 0),
    (i: number) => (i % 500 ? 5e-324 : 1e300),
    (i: number) => 10 ** ((i % 600) - 300),
    () => 1.7e308,
  ];
  for (const stream of streams) {
    const state = new Float64Array(TAIL_WIDTH);
    for (let i = 0; i < 5000; i++) {
      const found = surprise(state, 0, stream(i));
      if (!Number.isFinite(found)) t.fail(`${found} at ${i}: ${state}`);
      learnTail(state, 0, stream(i), 1000);
    }
    t.ok(state.every(Number.isFinite), `${state}`);
    t.ok(Number.isFinite(surprisingly(state, 0, 4)));
  }
  t.end();
});
