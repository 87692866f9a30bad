/**
 * The fixtures hold what gobwas/glob v0.2.3 and Telegraf v1.37.2 answered: filter.Compile, called by a small Go
 * program.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { compileFilter, globToRegExp } from '../src/glob.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/${name}.json`, import.meta.url), 'utf8'));

interface Answer {
  readonly error?: true;
  readonly matches: string[];
  readonly misses: string[];
}

const glob = fixture('glob') as {
  globs: (Answer & { pattern: string })[];
  oddities: { pattern: string; text: string; gobwas: boolean }[];
  unclosed: { pattern: string }[];
};
const filter = fixture('filter') as {
  filters: (Answer & { patterns: string[]; none?: true })[];
};

t.test('a glob matches what it matches in Telegraf', async (t) => {
  t.ok(glob.globs.length >= 45);
  for (const { pattern, error, matches, misses } of glob.globs) {
    if (error) {
      t.throws(() => globToRegExp(pattern), { code: 'GLOB_INVALID' }, pattern);
      continue;
    }
    const expression = globToRegExp(pattern);
    for (const text of matches) t.ok(expression.test(text), `${pattern} matches ${text}`);
    for (const text of misses) t.notOk(expression.test(text), `${pattern} misses ${text}`);
  }
});

t.test('characters that mean something in the classes of other dialects mean themselves', async (t) => {
  const cases: [pattern: string, matches: string[], misses: string[]][] = [
    ['[[:alpha:]', ['[', ':', 'a'], ['b', 'alpha']],
    ['[![a]', ['b'], ['[', 'a']],
    ['[[-^]', ['[', ']', '^'], ['a', '-']],
    ['[a&&b~~c\\-\\-d]', ['a', '&', '~', '-', 'd'], ['&&', '\\', 'e']],
    ['[\\\\/]', ['\\', '/'], ['a']],
  ];
  for (const [pattern, matches, misses] of cases) {
    const expression = globToRegExp(pattern);
    for (const text of matches) t.ok(expression.test(text), `${pattern} matches ${text}`);
    for (const text of misses) t.notOk(expression.test(text), `${pattern} misses ${text}`);
  }
});

t.test('where gobwas/glob does not keep to its own description, the description holds', async (t) => {
  const described: Record<string, boolean> = {
    '??\0é1': true,
    '?é\0ué': true,
    'é[a-c]\0éc': true,
    '{}*\0a': true,
  };
  for (const { pattern, text, gobwas } of glob.oddities) {
    const ours = globToRegExp(pattern).test(text);
    t.equal(
      ours,
      described[`${pattern}\0${text}`] ?? false,
      `${pattern} on "${text}" (gobwas/glob: ${gobwas})`,
    );
  }
});

t.test('an alternative that is not closed, at which gobwas/glob can panic, is refused', async (t) => {
  for (const { pattern } of glob.unclosed)
    t.throws(() => globToRegExp(pattern), { code: 'GLOB_INVALID' }, pattern);
});

t.test('many stars are as fast as one', async (t) => {
  t.notOk(globToRegExp(`${'*'.repeat(60)}x`).test('a'.repeat(2000)));
});

t.test('a list is taken as globs when one of its patterns is one', async (t) => {
  for (const { patterns, none, error, matches, misses } of filter.filters) {
    const name = JSON.stringify(patterns);
    if (error) {
      t.throws(() => compileFilter(patterns), { code: 'GLOB_INVALID' }, name);
      continue;
    }
    const match = compileFilter(patterns);
    t.equal(match === undefined, none === true, name);
    for (const text of matches ?? []) t.equal(match?.(text), true, `${name} matches ${text}`);
    for (const text of misses ?? []) t.equal(match?.(text), false, `${name} misses ${text}`);
  }
});
