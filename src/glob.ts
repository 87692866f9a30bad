/**
 * The globs of Telegraf's selectors, which are those of gobwas/glob, as regular expressions.
 * Unlike a shell's, `*` and `?` cross every character, `[!a]` negates and `[^a]` does not, a class is either one
 * range or a list of characters, and `{1..3}` is no sequence.
 */

/** A pattern that gobwas/glob refuses; `message` says why. */
export class GlobError extends Error {
  readonly code = 'GLOB_INVALID';
}

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
/** A bracket is one for JavaScript anyhow, but `[:` begins a named class in other dialects, to which the source goes, too. */
const escapeInClass = (character: string): string => character.replace(/[\\[\]^/-]/u, '\\$&');

/** The whole text must match. The source is one for RE2 as well, and may stand between slashes. Throws a GlobError. */
export function globToRegExp(pattern: string): RegExp {
  // One element a code point, as in Go.
  const characters = [...pattern];
  let source = '';
  let depth = 0;
  let at = 0;

  /** Reads a class after its `[`. */
  const readClass = (): string => {
    const not = characters[at] === '!';
    if (not) at++;
    let inside: string;
    if (characters[at + 1] === '-') {
      const [low, , high] = characters.slice(at, at + 3);
      if (high === undefined) throw new GlobError('a class [ is not closed by ]');
      if (low! > high) throw new GlobError(`the range ${low}-${high} runs backwards`);
      inside = `${escapeInClass(low!)}-${escapeInClass(high)}`;
      at += 3;
      if (characters[at] !== ']') throw new GlobError('a class [ holds one range, or characters, not both');
    } else {
      inside = readListed();
    }
    at++;
    return `[${not ? '^' : ''}${inside}]`;
  };
  const readListed = (): string => {
    let listed = '';
    for (; at < characters.length && characters[at] !== ']'; at++) {
      if (characters[at] === '\\') at++;
      listed += escapeInClass(characters[at] ?? '');
    }
    if (at >= characters.length) throw new GlobError('a class [ is not closed by ]');
    if (listed === '') throw new GlobError('a class [] holds no character');
    return listed;
  };

  while (at < characters.length) {
    const character = characters[at++]!;
    if (character === '*') {
      if (!source.endsWith('.*')) source += '.*';
    } else if (character === '?') source += '.';
    else if (character === '[') source += readClass();
    else if (character === '{') {
      depth++;
      source += '(?:';
    } else if (character === ',' && depth > 0) source += '|';
    else if (character === '}' && depth > 0) {
      depth--;
      source += ')';
    } else if (character === '\\') source += escaped(characters[at++] ?? '');
    else source += escaped(character);
  }
  if (depth > 0) throw new GlobError('a { is not closed by }');
  return new RegExp(`^(?:${source})$`, 'su');
}

/** Telegraf takes a list as globs only when one of its patterns holds one of these; else all are plain text. */
export function hasGlob(patterns: readonly string[]): boolean {
  return patterns.some((pattern) => /[*?[]/.test(pattern));
}

/** Matches what any of the patterns matches; undefined for an empty list. Throws a GlobError. */
export function compileFilter(patterns: readonly string[]): ((text: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  if (!hasGlob(patterns)) {
    const names = new Set(patterns);
    return (text) => names.has(text);
  }
  const any = new RegExp(patterns.map((pattern) => globToRegExp(pattern).source).join('|'), 'su');
  return (text) => any.test(text);
}
