import t from 'tap';
import type { z as Zod } from 'zod';
import { explain, quote } from '../../src/config/explain.ts';
import { optionTypes } from '../../src/options.ts';

const { z, duration } = optionTypes;

/** What is said of `value` as the option `x`. */
function said(schema: Zod.ZodType, value: unknown): string {
  const options = z.object({ x: schema });
  const { error } = options.safeParse({ x: value });
  const issue = error!.issues[0]!;
  let received: unknown = { x: value };
  for (const key of issue.path) received = (received as Record<PropertyKey, unknown>)[key];
  return explain(issue, options, received);
}

t.test('what was expected, for every kind of schema', async (t) => {
  const cases: [schema: Zod.ZodType, value: unknown, words: string][] = [
    [z.string(), 1, 'a string'],
    [z.string().min(1), '', 'a string that is not empty'],
    [z.boolean(), 1, 'true or false'],
    [z.number(), true, 'a number'],
    [z.number().positive(), 0, 'a number above 0'],
    [z.number().min(0).max(1), 2, 'a number of at least 0 and of at most 1'],
    [z.number().gt(0).lt(1), 2, 'a number above 0 and below 1'],
    [z.int(), 1.5, 'a whole number'],
    [z.int().min(2), 1, 'a whole number of at least 2'],
    [z.enum(['up', 'down', 'both']), 1, '"up", "down" or "both"'],
    [z.literal('x'), 1, '"x"'],
    [z.array(z.string()), 1, 'a list of strings'],
    [z.array(z.int()), 1, 'a list of whole numbers'],
    [z.array(z.array(z.string())), 1, 'a list, each item a list of strings'],
    [z.array(z.string().min(1)), 1, 'a list, each item a string that is not empty'],
    [z.array(z.enum(['a', 'b'])), 1, 'a list, each item "a" or "b"'],
    [z.array(z.unknown()), 1, 'a list'],
    [z.array(z.string()), [1], 'a string'],
    [z.record(z.string(), z.number()), 1, 'a table'],
    [z.record(z.string(), z.number()), { a: true }, 'a number'],
    [z.object({ y: z.int() }), 1, 'a table'],
    [z.object({ y: z.int() }), { y: true }, 'a whole number'],
    [z.union([z.string(), z.number()]), true, 'a string or a number'],
    [z.union([z.enum(['auto']), z.int()]), true, '"auto" or a whole number'],
    [z.int().optional(), true, 'a whole number'],
    [z.int().default(3), true, 'a whole number'],
    [z.int().meta({ wanted: 'a season' }), true, 'a season'],
    [duration().prefault('1h'), -1, 'a duration, e.g. "10s", "1h30m" or "7d"'],
    [z.number().refine(() => false), 5, 'a number'],
    [z.custom(() => false), 5, 'another value'],
    [z.date(), 5, 'another value'],
  ];
  for (const [schema, value, words] of cases) {
    const item = Array.isArray(value)
      ? value[0]
      : typeof value === 'object'
        ? Object.values(value!)[0]
        : value;
    t.equal(said(schema, value), `expected ${words}, got ${quote(item)}`);
  }
});

t.test('what to write instead', async (t) => {
  const cases: [schema: Zod.ZodType, value: unknown, hint: string][] = [
    [z.enum(['up', 'down']), 'upp', 'did you mean "up"?'],
    [z.array(z.string()), 'cpu', 'write ["cpu"]'],
    [z.boolean(), 'true', 'write it without quotes'],
    [z.number(), '-1.5', 'write it without quotes'],
    [z.int(), '7', 'write it without quotes'],
  ];
  for (const [schema, value, hint] of cases) t.equal(said(schema, value).split('; ')[1], hint);
  for (const [schema, value] of [
    [z.enum(['up', 'down']), 'sideways'],
    [z.enum(['up', 'down']), '7'],
    [z.boolean(), '1'],
    [z.boolean(), 'yes'],
    [z.number(), 'four'],
    [z.number(), '1_000'],
    [z.string(), 1],
  ] as const)
    t.notMatch(said(schema, value), ';', String(value));
});

t.test('what is missing, and what a check says itself', async (t) => {
  t.equal(said(z.int(), undefined), 'missing; expected a whole number');
  t.equal(
    said(
      z.int().refine(() => false, 'must be odd'),
      4,
    ),
    'must be odd',
  );
});

t.test('values as TOML has them', async (t) => {
  const long = 'x'.repeat(80);
  const cases: [value: unknown, text: string][] = [
    ['say "hi"\n', '"say \\"hi\\"\\n"'],
    [1.5, '1.5'],
    [10n ** 20n, '100000000000000000000'],
    [true, 'true'],
    [[1, 'a', [{}]], '[1, "a", [a table]]'],
    [{ a: 1 }, 'a table'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date('no'), 'a date'],
    [long, `"${'x'.repeat(56)}...`],
    [[long, 1], `["${'x'.repeat(56)}..., ...]`],
    [Array(40).fill(123), `[${'123, '.repeat(12)}...]`],
  ];
  for (const [value, text] of cases) t.equal(quote(value), text);
});
