import fc from 'fast-check';
import t from 'tap';
import { Curve } from '../../src/evaluate/curve.ts';
import { gainOf, PROFILES, Tally, Worth } from '../../src/evaluate/nab.ts';
import { detections, RULES } from '../../src/evaluate/rules.ts';
import { scores, windowsOf } from '../support/arbitrary-scores.ts';

/** Series with windows, and by chance a half for each. */
const corpus = fc.array(
  scores.chain((stream) =>
    fc.record({
      stream: fc.constant(stream),
      windows: windowsOf(stream.length),
      half: fc.constantFrom(0, 1),
    }),
  ),
  { minLength: 1, maxLength: 5 },
);

t.test('the best threshold of each half, by trying all', async (t) => {
  let chosen = 0;
  fc.assert(
    fc.property(
      corpus,
      fc.constantFrom(...RULES),
      fc.constantFrom(...Object.values(PROFILES)),
      (all, rule, profile) => {
        const worths = all.map(({ stream, windows }) => new Worth({ values: stream, windows }));
        const gain = (half: number, threshold: number) =>
          all.reduce((sum, series, number) => {
            if (series.half !== half) return sum;
            const tally = new Tally(worths[number]!);
            for (const row of detections(rule, series.stream, threshold)) tally.add(row);
            return sum + gainOf(tally, profile);
          }, 0);
        const streams = all.map(({ stream }) => stream);
        const choices = new Curve(rule, worths, streams).choose(
          profile,
          Uint8Array.from(all, ({ half }) => half),
        );
        const thresholds = streams.flatMap((stream) => [...stream].flatMap((score) => [score, 2 * score]));
        for (const [half, { threshold, own, other }] of choices.entries()) {
          const best = Math.max(0, ...thresholds.filter((one) => one > 0).map((one) => gain(half, one)));
          if (Math.abs(own - best) > 1e-9) throw new Error(`${own}, not ${best}`);
          if (Math.abs(own - gain(half, threshold)) > 1e-9)
            throw new Error('own is not what the threshold gains');
          if (Math.abs(other - gain(1 - half, threshold)) > 1e-9)
            throw new Error('other is not what it gains there');
          if (own > 0) chosen++;
        }
        return true;
      },
    ),
    { numRuns: 200 },
  );
  t.ok(chosen > 20, `${chosen} thresholds are better than none`);
});

t.test('all series together, and none at all', async (t) => {
  const worth = new Worth({ values: new Float64Array(4), windows: [{ first: 1, last: 2 }] });
  const { standard } = PROFILES;
  const best = new Curve(
    'raw',
    [worth, worth],
    [Float64Array.of(0, 3, 0, 1), Float64Array.of(0, 2, 0, 0)],
  ).best(standard);
  t.match(best, { threshold: 2, own: 4, other: 0 });
  const nothing = { threshold: Number.POSITIVE_INFINITY, own: 0, other: 0 };
  t.match(new Curve('raw', [worth], [new Float64Array(4)]).best(standard), nothing);
  t.match(new Curve('raw', [], []).best(standard), nothing);
});

t.test('among equals the highest threshold', async (t) => {
  const worth = new Worth({ values: new Float64Array(4), windows: [{ first: 1, last: 3 }] });
  const { threshold } = new Curve('raw', [worth], [Float64Array.of(0, 3, 2, 1)]).best(PROFILES.standard);
  t.equal(threshold, 3);
  const free = { missed: 1, falseAlarm: 0 };
  t.equal(
    new Curve('raw', [worth], [Float64Array.of(2, 3, 0, 0)]).best(free).threshold,
    3,
    'also of two steps',
  );
});
