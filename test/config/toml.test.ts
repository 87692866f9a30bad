import t from 'tap';
import { isTable, type Path, type Place, pathText, Toml, TomlError } from '../../src/config/toml.ts';

const at = ({ line, column }: Place) => `${line}:${column}`;

t.test('where keys and values are', async (t) => {
  const tables = '[[a]]\n[a.b]\nx = 1\n[[a]]\n[a.b]\nx = 2';
  const cases: [what: string, text: string, path: Path, key: string, value: string][] = [
    ['a key', 'a = 1', ['a'], '1:1', '1:5'],
    ['in quotes', ' "a b" = 1', ['a b'], '1:2', '1:10'],
    ['a tab is one column', '\ta = 1', ['a'], '1:2', '1:6'],
    ['a line after CRLF', 'a = 1\r\n\r\n[b]\r\nc = [\r\n  2]\r\n', ['b', 'c', 0], '4:1', '5:3'],
    ['after a text of several lines', 'a = """\nx\ny"""\nb = 1', ['b'], '4:1', '4:5'],
    ['an item of a list', 'a = [1,\n  2]', ['a', 1], '1:1', '2:3'],
    ['an item of an inner list', 'a = [[1], [2, 3]]', ['a', 1, 1], '1:1', '1:15'],
    ['in UTF-16 code units', 'a = ["😀", 1]', ['a', 1], '1:1', '1:12'],
    ['of an inline table', 'a = { b = 1, c = 2 }', ['a', 'c'], '1:14', '1:18'],
    ['of an inline table in a list', 'a = [{ b = 1 }, { b = 2 }]', ['a', 1, 'b'], '1:19', '1:23'],
    ['the end of a dotted key', 'x = 0\na.b.c = 1', ['a', 'b', 'c'], '2:5', '2:9'],
    ['the middle of a dotted key', 'x = 0\na.b.c = 1', ['a', 'b'], '2:3', '2:3'],
    ['a table', 'x = 1\n  [a]', ['a'], '2:3', '2:3'],
    ['of a sub-table', '[a]\n  [a.b]\n  c = 1', ['a', 'b', 'c'], '3:3', '3:7'],
    ['a table that is only implied', 'x = 1\n[a.b]', ['a'], '2:1', '2:1'],
    ['a table after its sub-table', '[a.b]\n[a]\nc = 1', ['a'], '2:1', '2:1'],
    ['the first of an array of tables', tables, ['a', 0], '1:1', '1:1'],
    ['the second', tables, ['a', 1], '4:1', '4:1'],
    ['all of them', tables, ['a'], '1:1', '1:1'],
    ['a sub-table of the first', tables, ['a', 0, 'b', 'x'], '3:1', '3:5'],
    ['a sub-table of the second', tables, ['a', 1, 'b', 'x'], '6:1', '6:5'],
    ['what the table lacks', 'x = 1\n[a]\nb = 1', ['a', 'z'], '2:1', '2:1'],
    ['what the inline table lacks', 'a = { b = 1 }', ['a', 'z'], '1:1', '1:5'],
    ['what the file lacks', 'x = 1\n[a]', ['z'], '1:1', '1:1'],
  ];
  for (const [what, text, path, key, value] of cases) {
    const toml = new Toml(text);
    t.equal(at(toml.keyPlace(path)), key, `${what}: the key`);
    t.equal(at(toml.valuePlace(path)), value, `${what}: the value`);
  }
});

t.test('values', async (t) => {
  const cases: [text: string, value: unknown][] = [
    ['1_000', 1000],
    ['0xff', 255],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', 2n ** 53n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['1e3', 1000],
    ['inf', Number.POSITIVE_INFINITY],
    ['nan', Number.NaN],
    ['false', false],
    ['"\\u00e9\\n"', 'é\n'],
    ["'C:\\n'", 'C:\\n'],
    ['1979-05-27T07:32:00Z', new Date('1979-05-27T07:32:00Z')],
    ['1979-05-27', new Date('1979-05-27')],
    ['[1, "a", [true]]', [1, 'a', [true]]],
  ];
  for (const [text, value] of cases) t.strictSame(new Toml(`x = ${text}`).value.x, value, text);
});

t.test('tables', async (t) => {
  const cases: [text: string, value: unknown][] = [
    ['a.b = 1\na.c = 2', { a: { b: 1, c: 2 } }],
    ['[a.b]\nc = 1\n[a]\nd = 2', { a: { b: { c: 1 }, d: 2 } }],
    ['[[a]]\nx = 1\n[[a]]\n[a.b]\nx = 2', { a: [{ x: 1 }, { b: { x: 2 } }] }],
    ['a = { b = 1, c.d = [{ e = 2 }] }', { a: { b: 1, c: { d: [{ e: 2 }] } } }],
    ['constructor = 1\n[toString]\nx = 2', { constructor: 1, toString: { x: 2 } }],
    ['', {}],
  ];
  for (const [text, value] of cases)
    t.equal(JSON.stringify(new Toml(text).value), JSON.stringify(value), text);
  const { value } = new Toml('__proto__.x = 1');
  t.same(Object.keys(value), ['__proto__'], 'any key is only a key');
  t.equal(Object.hasOwn(Object.prototype, 'x'), false);
});

t.test('strings, and only they, are replaced', async (t) => {
  const seen: Path[] = [];
  const { value } = new Toml('a = "x"\nb = ["y", 1]\n[[c]]\nd = { e = "z" }', (text, path) => {
    seen.push(path);
    return `${text}!`;
  });
  t.same(seen, [['a'], ['b', 0], ['c', 0, 'd', 'e']]);
  t.equal(JSON.stringify(value), '{"a":"x!","b":["y!",1],"c":[{"d":{"e":"z!"}}]}');
});

t.test('errors have their place', async (t) => {
  const cases: [text: string, place: string][] = [
    ['a = 1h', '1:6'],
    ['a = b', '1:5'],
    ['a = 1 b = 2', '1:7'],
    ['a', '1:2'],
    ['x = 1\na =\n\nb = 1', '2:4'],
    ['a = 1\r\nb =\r\n', '2:4'],
    ['x = 1\na = [1\n', '2:7'],
    ['a = [1, 2', '1:10'],
    ['a = "x\nb = 1', '1:7'],
    ['\n\n[a', '3:3'],
    ['[a\nb = 1', '1:3'],
    ['a = 1\n]', '2:1'],
    ['a = 1\na = 2', '2:1'],
    ['[a]\n[a]', '2:2'],
    ['[[a]]\n[a]', '2:2'],
    ['a = 2024-13-01', '1:14'],
    ['a = 01', '1:5'],
    ['a = "\\q"', '1:7'],
  ];
  for (const [text, place] of cases) {
    const error = t.throws(() => new Toml(text), { code: 'TOML_SYNTAX' }, text);
    t.ok(error instanceof TomlError);
    t.equal(at((error as TomlError).place), place, text);
  }
});

t.test('what a table is', async (t) => {
  const { a, b, c, d } = new Toml('a = {}\nb = []\nc = 1979-05-27\nd = "x"').value;
  t.same([a, b, c, d, null, undefined].map(isTable), [true, false, false, false, false, false]);
});

t.test('a path as text', async (t) => {
  const cases: [path: Path, text: string][] = [
    [['tagpass', 'host', 0], 'tagpass.host[0]'],
    [['a', 1, 'b', 2, 3], 'a[1].b[2][3]'],
    [['a'], 'a'],
    [[], ''],
  ];
  for (const [path, text] of cases) t.equal(pathText(path), text);
});
