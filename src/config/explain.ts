/** Says of a value that a schema refused what was wanted and what was there. */
import { z } from 'zod';
import { nearest } from './suggest.ts';
import type { Path } from './toml.ts';

/** Of a value in an error, in characters. */
const LONGEST = 60;

type JsonSchema = z.core.JSONSchema.BaseSchema & { readonly wanted?: string };

/** `received` is undefined for a key that is missing. A check's own message is handed on as it is. */
export function explain(issue: z.core.$ZodIssue, schema: z.ZodType, received: unknown): string {
  const wanted = wantedAt(schema, issue.path);
  // zod's own words for a check without a message.
  const own = issue.message.startsWith('Invalid input') ? undefined : issue.message;
  if (issue.code === 'custom' && own !== undefined) return own;
  const expected = `expected ${wanted.text ?? own ?? 'another value'}`;
  if (received === undefined) return `missing; ${expected}`;
  return `${expected}, got ${quote(received)}${hint(received, wanted)}`;
}

interface Wanted {
  readonly text: string | undefined;
  readonly type: unknown;
  readonly choices: readonly string[];
}

function hint(received: unknown, { type, choices }: Wanted): string {
  if (typeof received !== 'string') return '';
  const near = nearest(received, choices);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (type === 'array') return `; write [${quote(received)}]`;
  const unquoted = type === 'boolean' ? /^(true|false)$/ : /^[+-]?\d+(\.\d+)?$/;
  const plain = type === 'boolean' || type === 'number' || type === 'integer';
  return plain && unquoted.test(received) ? '; write it without quotes' : '';
}

function wantedAt(schema: z.ZodType, path: Path): Wanted {
  let here = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema | undefined;
  for (const key of path) {
    const next =
      typeof key === 'number' ? here?.items : (here?.properties?.[String(key)] ?? here?.additionalProperties);
    here = typeof next === 'object' ? (next as JsonSchema) : undefined;
  }
  const choices = (here?.enum ?? []).map(String);
  return { text: here === undefined ? undefined : words(here), type: here?.type, choices };
}

function words(schema: JsonSchema): string | undefined {
  if (schema.wanted !== undefined) return schema.wanted;
  if (schema.const !== undefined) return quote(schema.const);
  if (schema.enum !== undefined) return alternatives(schema.enum.map(quote));
  if (schema.anyOf !== undefined)
    return alternatives(schema.anyOf.map((one) => words(one as JsonSchema) ?? 'a value'));
  if (Array.isArray(schema.type))
    return alternatives(schema.type.map((type) => words({ type }) ?? 'a value'));
  switch (schema.type) {
    case 'string':
      return (schema.minLength ?? 0) > 0 ? 'a string that is not empty' : 'a string';
    case 'boolean':
      return 'true or false';
    case 'number':
      return `a number${bounds(schema)}`;
    case 'integer':
      return `a whole number${bounds(schema)}`;
    case 'array': {
      const item = words(schema.items as JsonSchema);
      if (item === undefined) return 'a list';
      const [, noun] = /^a ((?:whole )?\w+)$/.exec(item) ?? [];
      return noun === undefined ? `a list, each item ${item}` : `a list of ${noun}s`;
    }
    case 'object':
      return 'a table';
    default:
      return undefined;
  }
}

function bounds(schema: JsonSchema): string {
  const limits: string[] = [];
  if (schema.exclusiveMinimum !== undefined) limits.push(`above ${schema.exclusiveMinimum}`);
  if (limited(schema.minimum)) limits.push(`of at least ${schema.minimum}`);
  if (schema.exclusiveMaximum !== undefined) limits.push(`below ${schema.exclusiveMaximum}`);
  if (limited(schema.maximum)) limits.push(`of at most ${schema.maximum}`);
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`;
}

/** zod gives every whole number the bounds of a safe integer. */
function limited(bound: number | undefined): boolean {
  return bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}

function alternatives(all: readonly string[]): string {
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

/** As it would be written in TOML, cut when long. */
export function quote(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a date' : value.toISOString();
  if (Array.isArray(value)) return quoteList(value);
  if (typeof value === 'object' && value !== null) return 'a table';
  return short(typeof value === 'string' ? JSON.stringify(value) : String(value));
}

function quoteList(list: readonly unknown[]): string {
  const items: string[] = [];
  for (const item of list.map(quote)) {
    if (items.join(', ').length + item.length > LONGEST) return `[${[...items, '...'].join(', ')}]`;
    items.push(item);
  }
  return `[${items.join(', ')}]`;
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
