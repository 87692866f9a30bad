import t from 'tap';
import { fitPareto, paretoQuantile, paretoRarity, SCALE, SHAPE } from '../../src/math/gpd.ts';
import { uniform } from '../../src/math/random.ts';
import { goldenJson } from '../support/golden.ts';

interface Golden {
  readonly excesses: number[];
  readonly mle: { gamma: number; sigma: number };
  /** Exceeded by one excess in 200. */
  readonly quantile: number;
}

const golden = goldenJson<Golden[]>('spot/fits.json');
const out = new Float64Array(2);

function fit(
  excesses: ArrayLike<number>,
  least = -1,
  most = Number.POSITIVE_INFINITY,
): [shape: number, scale: number] {
  fitPareto(excesses, 0, excesses.length, least, most, out);
  return [out[SHAPE]!, out[SCALE]!];
}

/** By the textbook, a term a value. */
function likelihood(excesses: readonly number[], [shape, scale]: [number, number]): number {
  const term = (y: number) =>
    shape === 0 ? y / scale : (1 + 1 / shape) * Math.log(Math.max(1 + (shape * y) / scale, 1e-300));
  return -excesses.length * Math.log(scale) - excesses.reduce((sum, y) => sum + term(y), 0);
}

function sample(seed: number, length: number, shape: number, scale: number): number[] {
  return Array.from({ length }, (_, i) => paretoQuantile(shape, scale, uniform(seed, i, 0)));
}

function close(found: number, wanted: number, tolerance: number): boolean {
  return Math.abs(found - wanted) <= tolerance * Math.max(Math.abs(wanted), 1e-3);
}

t.test('the fit is the golden one', (t) => {
  for (const { excesses, mle, quantile } of golden) {
    const [shape, scale] = fit(excesses);
    t.ok(close(shape, mle.gamma, 1e-10), `shape ${shape}, not ${mle.gamma}`);
    t.ok(close(scale, mle.sigma, 1e-10), `scale ${scale}, not ${mle.sigma}`);
    t.ok(close(paretoQuantile(shape, scale, 1 / 200), quantile, 1e-10));
  }
  t.end();
});

t.test('no other shape and scale are likelier', (t) => {
  for (let seed = 0; seed < 60; seed++) {
    const length = 5 + Math.floor(uniform(seed, 1, 1) * 100);
    const excesses = sample(seed, length, 1.2 * uniform(seed, 2, 2) - 0.5, 10 ** (seed % 9));
    const found = fit(excesses);
    const best = likelihood(excesses, found);
    const largest = Math.max(...excesses);
    let better = 0;
    for (let shape = -0.995; shape < 2; shape += 0.015) {
      for (let step = -30; step <= 30; step++) {
        const scale = found[1] * 1.1 ** step;
        if (1 + (shape * largest) / scale > 0 && likelihood(excesses, [shape, scale]) > best + 1e-9) better++;
      }
    }
    // Towards shape -1 the likelihood of few values can grow to the very edge, which is no peak.
    const edge = likelihood(excesses, [-1, largest * (1 + 1e-12)]) > best;
    t.ok(better === 0 || edge, `seed ${seed}: ${better} better than ${found}`);
  }
  t.end();
});

t.test('a change of unit changes nothing', (t) => {
  const excesses = golden[4]!.excesses;
  const [shape, scale] = fit(excesses);
  for (const unit of [1e-300, 2 ** -40, 1e9, 1e290]) {
    const [again, scaled] = fit(excesses.map((y) => y * unit));
    t.ok(close(again, shape, 1e-10), `${unit}: shape ${again}`);
    t.ok(close(scaled / unit, scale, 1e-10), `${unit}: scale ${scaled}`);
  }
  t.end();
});

t.test('a part of a longer array, of either width', (t) => {
  const excesses = golden[9]!.excesses;
  fitPareto(Float32Array.from([7, ...excesses, 7, 7]), 1, excesses.length, -1, Number.POSITIVE_INFINITY, out);
  t.ok(close(out[SHAPE]!, golden[9]!.mle.gamma, 1e-5));
  t.ok(close(out[SCALE]!, golden[9]!.mle.sigma, 1e-5));
  t.end();
});

t.test('few excesses, and equal ones, are taken as exponential', (t) => {
  t.same(fit([1, 2, 3, 10]), [0, 4]);
  t.same(fit([3, 3, 3, 3, 3, 3, 3]), [0, 3]);
  t.same(fit([]), [0, 0]);
  t.same(fit([5e-324, 5e-324]), [0, 5e-324]);
  t.end();
});

t.test('a shape beyond its bounds is the bound, and the mean stays', (t) => {
  const short = sample(1, 200, -0.4, 1);
  const mean = short.reduce((sum, y) => sum + y / short.length, 0);
  t.ok(fit(short)[0] < -0.2);
  for (const least of [0, -0.1]) {
    const [shape, scale] = fit(short, least);
    t.equal(shape, least);
    t.ok(close(scale / (1 - shape), mean, 1e-12));
  }
  const long = sample(1, 200, 0.6, 1);
  const free = fit(long);
  t.ok(free[0] > 0.2);
  t.ok(close(fit(long, 0)[0], free[0], 1e-10), 'nothing changes where the shape is within');
  const [shape, scale] = fit(long, 0, 0.2);
  t.equal(shape, 0.2);
  t.ok(
    close(
      scale / 0.8,
      long.reduce((sum, y) => sum + y / long.length, 0),
      1e-12,
    ),
  );
  t.end();
});

t.test('many excesses that have changed by little are fitted from where they were', (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const excesses = sample(seed, 400, uniform(seed, 1, 1) - 0.5, 2);
    const near = sample(seed, 399, uniform(seed, 1, 1) - 0.5, 2);
    const [before, after] = [fit(near), fit(excesses)];
    fitPareto(excesses, 0, 400, -1, Number.POSITIVE_INFINITY, out, before[0] / before[1]);
    t.ok(close(out[SHAPE]!, after[0], 1e-8), `shape ${out[SHAPE]}, not ${after[0]}`);
    t.ok(close(out[SCALE]!, after[1], 1e-8));
    fitPareto(excesses, 0, 400, -1, Number.POSITIVE_INFINITY, out, -1e9);
    t.ok(close(out[SHAPE]!, after[0], 1e-8), 'wherever that was');
  }
  t.end();
});

t.test('hostile excesses give finite numbers', (t) => {
  const tails = [
    [1e150, 1e-150, 1, 1, 1, 1],
    [5e-324, 1, 2, 3, 4, 5],
    [1e150, 1e150, 1e150, 1e150, 1e150, 1e149],
    Array.from({ length: 64 }, (_, i) => 10 ** (i - 32)),
    [1, 1, 1, 1, 1, 1 + 2 ** -52],
  ];
  for (const tail of tails) for (const least of [-1, 0]) t.ok(fit(tail, least).every(Number.isFinite));
  t.end();
});

t.test('quantile and rarity are inverse to each other', (t) => {
  for (const shape of [-0.7, -1e-9, 0, 1e-9, 0.2, 1.5]) {
    for (const probability of [0.9, 0.02, 1e-9]) {
      const excess = paretoQuantile(shape, 3, probability);
      t.ok(close(paretoRarity(shape, 3, excess), -Math.log(probability), 1e-6), `${shape}, ${probability}`);
    }
    t.equal(paretoQuantile(shape, 3, 1) + 0, 0);
    t.equal(paretoRarity(shape, 3, 0), 0);
  }
  t.equal(paretoRarity(-0.5, 1, 2), Number.POSITIVE_INFINITY, 'beyond the end');
  t.ok(close(paretoQuantile(1e-12, 3, 1e-4), paretoQuantile(0, 3, 1e-4), 1e-9), 'smooth at zero');
  t.end();
});
