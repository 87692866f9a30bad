/**
 * Our parser beside influx-line-protocol-parser, over what that package reads right: no escapes, no strings
 * with separators in them, no negative or unsigned integers, times that a double holds. docs/decisions/002 says
 * what it reads wrong.
 */
import fc from 'fast-check';
import other from 'influx-line-protocol-parser';
import t from 'tap';
import { type ParsedPoint, parsed, plainDecimal } from './support/points.ts';

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.:/-]{0,11}$/);
const text = fc.stringMatching(/^[a-zA-Z0-9_.:/-]{0,12}$/);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(plainDecimal),
  fc.integer().map((number) => String(number / 1000)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number.toExponential()),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((number) => `${number}i`),
  fc.constantFrom('t', 'T', 'true', 'True', 'TRUE', 'f', 'F', 'false', 'False', 'FALSE'),
  text.map((string) => `"${string}"`),
);
const pairs = (min: number, of: fc.Arbitrary<string>) =>
  fc.uniqueArray(fc.tuple(name, of), { minLength: min, maxLength: 6, selector: ([key]) => key });
const line = fc
  .record({
    measurement: name,
    tags: pairs(0, name),
    fields: pairs(1, value),
    time: fc
      .integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
      .filter((it) => it !== 0),
  })
  .map(({ measurement, tags, fields, time }) => {
    const joined = (all: [string, string][]) => all.map(([key, of]) => `${key}=${of}`);
    return `${[measurement, ...joined(tags)].join()} ${joined(fields).join()} ${time}`;
  });

/** The package's answer in the shape of ours; undefined when no field of it is a number. */
function theirs(text: string): Pick<ParsedPoint, 'key' | 'fields' | 'time'> | undefined {
  const { measurement, tags = [], fields = [], timestamp } = other(text);
  const numbers = fields
    .flatMap((field) => Object.entries(field))
    .filter((field): field is [string, number] => typeof field[1] === 'number');
  if (numbers.length === 0) return undefined;
  const tagTexts = tags.flatMap((tag) => Object.entries(tag)).map(([key, of]) => `,${key}=${of}`);
  return { key: `${measurement}${tagTexts.join('')}`, fields: numbers, time: BigInt(timestamp ?? 0) };
}

function ours(text: string): ReturnType<typeof theirs> {
  const { points, batch } = parsed(`${text}\n`);
  if (batch.lines !== 1) throw new Error(`${batch.lines} points in ${text}`);
  return points[0] && { key: points[0].key, fields: points[0].fields, time: points[0].time };
}

t.test('both read the same points', async (t) => {
  let numbers = 0;
  fc.assert(
    fc.property(line, (text) => {
      const [own, peer] = [ours(text), theirs(text)];
      if (own === undefined || peer === undefined) return own === peer;
      numbers += own.fields.length;
      return (
        own.key === peer.key &&
        own.time === peer.time &&
        own.fields.length === peer.fields.length &&
        own.fields.every(
          ([key, number], i) => key === peer.fields[i]![0] && Object.is(number, peer.fields[i]![1]),
        )
      );
    }),
    { numRuns: 3000 },
  );
  t.ok(numbers > 3000, `${numbers} numbers compared`);
});

t.test('what the package reads wrong, as docs/decisions/002 has it', async (t) => {
  const wrong: [string, [string, number][], bigint][] = [
    ['m a=1.5 1422568543702900257', [['a', 1.5]], 1422568543702900257n],
    ['m a=-5i 1000', [['a', -5]], 1000n],
    ['m a=5u 1000', [['a', 5]], 1000n],
    ['m,t=x\\ y a=1 1000', [['a', 1]], 1000n],
    ['m,t=a\\,b a=1 1000', [['a', 1]], 1000n],
    ['m,p=C:\\dir a=1 1000', [['a', 1]], 1000n],
    ['m f\\ x=1 1000', [['f\\ x', 1]], 1000n],
    ['m s="a b",a=1 1000', [['a', 1]], 1000n],
    ['m a=1  1000', [['a', 1]], 1000n],
  ];
  for (const [text, fields, time] of wrong) {
    const key = text.slice(0, text.search(/(?<!\\) /));
    t.same(ours(text), { key, fields, time }, text);
    t.notSame(theirs(text), { key, fields, time }, `${text}, by the package`);
  }
});
