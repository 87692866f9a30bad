import t from 'tap';
import { byPlace, codeFrame, type Problem, problemText, whereIs } from '../../src/config/problem.ts';
import type { Place } from '../../src/config/toml.ts';

const problem = (line?: number, column = 1): Problem => ({
  code: 'CONFIG_SYNTAX',
  severity: 'error',
  file: 'a.toml',
  ...(line === undefined ? {} : { place: { line, column } }),
  reason: 'because',
});

t.test('where it is, and why', async (t) => {
  t.equal(whereIs(problem(3, 14)), 'a.toml:3:14');
  t.equal(whereIs(problem()), 'a.toml');
  t.equal(problemText(problem(3, 14)), 'a.toml:3:14: because');
  t.equal(problemText(problem()), 'a.toml: because');
});

t.test('in the order of the file, and first what is about all of it', async (t) => {
  const sorted = [problem(10, 1), problem(2, 9), problem(2, 3), problem()].sort(byPlace);
  t.same(sorted.map(whereIs), ['a.toml', 'a.toml:2:3', 'a.toml:2:9', 'a.toml:10:1']);
});

t.test('code frames', async (t) => {
  const ten = `${'\n'.repeat(8)}nine\nten = 1`;
  const cases: [what: string, text: string, place: Place, frame: string[]][] = [
    ['the first line', 'a = 1\nb', { line: 1, column: 5 }, ['1 | a = 1', '  |     ^']],
    ['with the line before', 'a = 1\n  b', { line: 2, column: 3 }, ['1 | a = 1', '2 |   b', '  |   ^']],
    ['tabs', '\ta =\t1', { line: 1, column: 6 }, ['1 | \ta =\t1', '  | \t   \t^']],
    ['behind the end', 'a =', { line: 1, column: 4 }, ['1 | a =', '  |    ^']],
    ['an empty line before', '\na', { line: 2, column: 1 }, ['1 |', '2 | a', '  | ^']],
    ['CRLF', 'a\r\nb\r\n', { line: 2, column: 1 }, ['1 | a', '2 | b', '  | ^']],
    ['a line number grows', ten, { line: 10, column: 7 }, [' 9 | nine', '10 | ten = 1', '   |       ^']],
    ['a line that is not there', 'a', { line: 2, column: 1 }, ['1 | a', '2 |', '  | ^']],
  ];
  for (const [what, text, place, frame] of cases) t.equal(codeFrame(text, place), frame.join('\n'), what);
});
