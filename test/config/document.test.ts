// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the texts under test
import t from 'tap';
import { Document, tableAt } from '../../src/config/document.ts';
import { optionTypes } from '../../src/options.ts';
import { brief } from '../support/problems.ts';

const { z } = optionTypes;
const ENVIRONMENT = { NUMBER: '7', NEGATIVE: '-1.5e3', YES: 'TRUE', NO: 'false', WORD: 'word', EMPTY: '' };
const document = (text: string) => new Document('a.toml', text, ENVIRONMENT);
/** The table [x] through the schema, and what is wrong with it. */
const checked = (text: string, schema: Parameters<Document['check']>[0]) => {
  const it = document(`[x]\n${text}`);
  const value = it.check(schema, tableAt(it, 'x')!, ['x']);
  return { value, problems: it.problems.map(brief) };
};

t.test('problems are sorted, and a warning is no failure', async (t) => {
  const it = document('a = 1\nb = 2');
  it.report('CONFIG_NO_EFFECT', it.valuePlace(['b']), 'no', 'warning');
  t.equal(it.failed, false);
  it.report('CONFIG_INVALID_VALUE', it.keyPlace(['b']), 'no');
  it.report('CONFIG_INVALID_VALUE', it.valuePlace(['a']), 'no');
  t.equal(it.failed, true);
  t.same(it.problems.map(brief), [
    '1:5 CONFIG_INVALID_VALUE',
    '2:1 CONFIG_INVALID_VALUE',
    '2:5 warning CONFIG_NO_EFFECT',
  ]);
  t.match(it.problems[0], { file: 'a.toml', reason: 'no' });
});

t.test('text that is no TOML', async (t) => {
  const it = document('x = 1\na =');
  t.equal(it.parsed, false);
  t.same(it.problems.map(brief), ['2:4 CONFIG_SYNTAX']);
  t.same(Object.keys(it.value), []);
});

t.test('the config of Telegraf is known before it is parsed', async (t) => {
  const cases: [text: string, problems: string[]][] = [
    ['[[inputs.cpu]]', ['1:1 CONFIG_TELEGRAF_FILE']],
    ['# a\n\n\t[outputs.file]\nx = ${X}', ['3:2 CONFIG_TELEGRAF_FILE']],
    ['x = ${X}\r\n  [[processors.execd]]', ['2:3 CONFIG_TELEGRAF_FILE']],
    ['[[aggregators.minmax]]', ['1:1 CONFIG_TELEGRAF_FILE']],
    ['# [[inputs.cpu]]\n[inputs_too]\n[detectors.inputs]\n[agent]', []],
  ];
  for (const [text, problems] of cases) {
    t.same(document(text).problems.map(brief), problems, text);
    t.equal(document(text).parsed, problems.length === 0);
  }
});

t.test('unknown keys', async (t) => {
  const it = document('[x]\nright = 1\nrigth = 2\nzzzzzz = 3\n');
  it.unknownKeys(tableAt(it, 'x')!, ['x'], '[x]', ['right', 'other']);
  t.same(it.problems.map(brief), ['3:1 CONFIG_UNKNOWN_KEY', '4:1 CONFIG_UNKNOWN_KEY']);
  t.match(it.problems[0]?.reason, 'option "rigth" in [x]; did you mean "right"?');
  t.match(it.problems[1]?.reason, 'valid: right, other');
});

t.test('a table through a schema', async (t) => {
  const schema = z
    .object({ a: z.int().default(1), b: z.array(z.string()).optional(), c: z.int().optional() })
    .refine(({ c }) => c !== 5, { path: ['c'], message: 'must not be 5' });
  const cases: [text: string, value: unknown, problems: string[]][] = [
    ['', { a: 1 }, []],
    ['a = 2\nunknown = 3', { a: 2 }, []],
    ['a = "2"', undefined, ['2:5 CONFIG_INVALID_VALUE']],
    ['a = "2"\nb = ["x", 1]', undefined, ['2:5 CONFIG_INVALID_VALUE', '3:11 CONFIG_INVALID_VALUE']],
    ['c = 5', undefined, ['2:5 CONFIG_INVALID_VALUE']],
  ];
  for (const [text, value, problems] of cases) t.same(checked(text, schema), { value, problems }, text);
  const missing = checked('a = 1', z.object({ must: z.string() }));
  t.same(missing.problems, ['1:1 CONFIG_INVALID_VALUE'], 'what is missing is missed in the header');
});

t.test('the option is named with the reason', async (t) => {
  const it = document('[x]\nlist = [1, "a"]');
  it.check(z.object({ list: z.array(z.int()) }), tableAt(it, 'x')!, ['x']);
  t.match(it.problems[0]?.reason, /^list\[1\]: expected a whole number, got "a"/);
});

t.test('variables stand in strings, and alone for a number or a boolean', async (t) => {
  const schema = z.object({ x: z.union([z.string(), z.number(), z.boolean()]) });
  const number = z.object({ x: z.number() });
  const boolean = z.object({ x: z.boolean() });
  const cases: [text: string, schema: typeof schema | typeof number | typeof boolean, x: unknown][] = [
    ['"a $WORD"', schema, 'a word'],
    ['"$$ $UNSET ${UNSET}"', schema, '$ $UNSET ${UNSET}'],
    ['"$NUMBER"', schema, '7'],
    ['"$NUMBER"', number, 7],
    ['"${NEGATIVE}"', number, -1500],
    ['"${UNSET:-8}"', number, 8],
    ['"${YES}"', boolean, true],
    ['"$NO"', boolean, false],
  ];
  for (const [text, schema, x] of cases)
    t.same(checked(`x = ${text}`, schema), { value: { x }, problems: [] }, text);
  for (const text of ['"7"', '"0$NUMBER"', '"$WORD"', '"$EMPTY"', '"${UNSET:-1_0}"', '"$UNSET"', '"$YES"'])
    t.same(
      checked(`x = ${text}`, number),
      { value: undefined, problems: ['2:5 CONFIG_INVALID_VALUE'] },
      text,
    );
  const list = z.object({ x: z.array(z.number()) });
  t.same(checked('x = ["$NUMBER"]', list).problems, ['2:6 CONFIG_INVALID_VALUE'], 'not in a list');
});

t.test('a variable that must be set is told of once', async (t) => {
  for (const schema of [z.object({ x: z.string() }), z.object({ x: z.int() })])
    t.same(checked('x = "${UNSET:?say which}"', schema).problems, ['2:5 CONFIG_MISSING_VARIABLE']);
});

t.test('the table of a name', async (t) => {
  const it = document('number = 1\n[[list]]\n[x]\na = 1');
  t.same({ ...tableAt(it, 'x') }, { a: 1 });
  t.same(tableAt(it, 'absent'), {});
  t.same(it.problems, []);
  for (const name of ['number', 'list']) t.equal(tableAt(it, name), undefined);
  t.same(it.problems.map(brief), ['1:10 CONFIG_INVALID_VALUE', '2:1 CONFIG_INVALID_VALUE']);
});
