/** Streams of scores for property tests: few different values, so that ties, plateaus and exact halves are common. */
import fc from 'fast-check';

const few = fc.array(fc.constantFrom(0, 0.25, 0.5, 1, 1, 2, 3, 4, 8), { maxLength: 60 });
const many = fc.array(
  fc.double({ min: 0, max: 10, noNaN: true }).map((score) => (score < 1e-300 ? 0 : score)),
  { maxLength: 60 },
);
/** Long enough for several quiet times. */
const long = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
    fc.integer({ min: 1, max: 900 }),
  )
  .map(([pattern, rows]) =>
    Array.from(
      { length: rows },
      (_, row) => (pattern[(row * row + row) % pattern.length]! * (1 + (row % 7))) / 4,
    ),
  );

/** Candidates about as far from each other as a quiet time is long. */
const spaced = fc
  .array(fc.tuple(fc.constantFrom(1, 50, 99, 100, 101, 102), fc.integer({ min: 1, max: 5 })), {
    maxLength: 12,
  })
  .map((candidates) => candidates.flatMap(([gap, score]) => [...new Array<number>(gap - 1).fill(0), score]));

export const scores: fc.Arbitrary<Float64Array> = fc
  .oneof(few, many, long, spaced)
  .map((values) => Float64Array.from(values));

/** Stretches of rows that do not overlap, in order. */
export function windowsOf(rows: number): fc.Arbitrary<{ first: number; last: number }[]> {
  return fc
    .uniqueArray(fc.integer({ min: 0, max: Math.max(rows - 1, 0) }), { maxLength: rows === 0 ? 0 : 8 })
    .map((ends) => {
      const sorted = ends.sort((a, b) => a - b);
      const even = sorted.length - (sorted.length % 2);
      return Array.from({ length: even / 2 }, (_, i) => ({
        first: sorted[2 * i]!,
        last: sorted[2 * i + 1]!,
      }));
    });
}
