/** Points at random, as fast-check arbitraries: whatever Telegraf's serializer can write. */
import fc from 'fast-check';
import type { FieldValue, Point } from './points.ts';

/** Names with every character that means something in line protocol, other control characters and other scripts. */
const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcxyz019_-.:/') },
  { weight: 2, arbitrary: fc.constantFrom(...',= "\'\\#\t\n\r\f') },
  { weight: 1, arbitrary: fc.constantFrom('\x01', '\x1f', '\x7f', 'é', '温', '😀') },
);
const text = (min: number) =>
  fc.array(character, { minLength: min, maxLength: 12 }).map((all) => all.join(''));

/** A backslash at the end of a name would hide what follows; no reader of line protocol can tell. */
const name = text(1).map((all) => all.replace(/\\+$/, '') || 'x');
/** Telegraf takes a line that starts with # for a comment. */
const measurement = name.map((all) => all.replace(/^[#\s]+/, '') || 'm');

const value: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => ({ type: 'float' as const, value: v })),
  fc.integer().map((v) => ({ type: 'float' as const, value: v / 1000 })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) => ({ type: 'int' as const, value: v })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((v) => ({ type: 'uint' as const, value: v })),
  fc.boolean().map((v) => ({ type: 'bool' as const, value: v })),
  text(0).map((v) => ({ type: 'string' as const, value: v })),
);

const byKey = { selector: ([key]: [string, unknown]) => key };

export const point: fc.Arbitrary<Point> = fc.record({
  measurement,
  tags: fc.uniqueArray(fc.tuple(name, name), { maxLength: 4, ...byKey }),
  fields: fc.uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 5, ...byKey }),
  time: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
});

/** A text cut into pieces at random places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    pieces.push(bytes.subarray(from, end));
    from = end;
  }
  return pieces;
}
