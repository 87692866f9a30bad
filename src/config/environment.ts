/**
 * Environment variables in a config's strings, as Telegraf replaces them: $NAME, ${NAME}, ${NAME:-default},
 * ${NAME:+instead}, ${NAME:?reason}; without the colon an empty variable counts as set. `$$` is one `$`; what is
 * unset or no reference stays as it is written.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME:?reason}` of an unset variable. */
export class MissingVariableError extends Error {
  readonly code = 'ENVIRONMENT_MISSING';
}

interface Reference {
  readonly name: string;
  readonly operator: string;
  readonly word: string;
  /** The index after its last character. */
  readonly end: number;
}

/** The reference that begins at `at`, where there is one. */
function referenceAt(text: string, at: number): Reference | undefined {
  const pattern = /\$(?:([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)(\}|:?[-+?]))/iy;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, plain, braced, operator = '}'] = found;
  const begin = pattern.lastIndex;
  if (operator === '}') return { name: plain ?? braced!, operator: '', word: '', end: begin };
  let depth = 1;
  for (let end = begin; end < text.length; end++) {
    if (text.startsWith('${', end)) depth++;
    else if (text[end] === '}' && --depth === 0)
      return { name: braced!, operator, word: text.slice(begin, end), end: end + 1 };
  }
  return undefined;
}

/** undefined: leave the reference as it is. */
function resolved({ name, operator, word }: Reference, environment: Environment): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  const set = value !== undefined && (value !== '' || !operator.startsWith(':'));
  switch (operator.at(-1)) {
    case '-':
      return set ? value : expandVariables(word, environment);
    case '+':
      return set ? expandVariables(word, environment) : '';
    case '?': {
      if (set) return value;
      const reason = expandVariables(word, environment);
      throw new MissingVariableError(
        `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}${reason === '' ? '' : `: ${reason}`}`,
      );
    }
    default:
      return value;
  }
}

/** Throws a MissingVariableError. */
export function expandVariables(text: string, environment: Environment): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) break;
    out += text.slice(at, dollar);
    const reference = referenceAt(text, dollar);
    if (text[dollar + 1] === '$') {
      out += '$';
      at = dollar + 2;
    } else if (reference === undefined) {
      out += '$';
      at = dollar + 1;
    } else {
      out += resolved(reference, environment) ?? text.slice(dollar, reference.end);
      at = reference.end;
    }
  }
  return out + text.slice(at);
}

/** Whether the text is one reference and nothing else, so that its value may stand for a number or a boolean. */
export function isVariable(text: string): boolean {
  return referenceAt(text, 0)?.end === text.length;
}
