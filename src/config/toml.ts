/** TOML read into plain values, together with the place of every key and value. */
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';

/** Both count from 1; the column in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly PropertyKey[];

/** The values have no prototype, so that any key is only a key. */
export type Table = Record<string, unknown>;

export class TomlError extends Error {
  readonly code = 'TOML_SYNTAX';
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}

export class Toml {
  readonly value: Table = Object.create(null);
  readonly #keys = new Map<string, Place>();
  readonly #values = new Map<string, Place>();
  readonly #string: (text: string, path: Path) => unknown;

  /**
   * A byte order mark must be gone. `string` is shown every string value and answers what is to stand for it.
   * Throws a TomlError.
   */
  constructor(text: string, string: (text: string, path: Path) => unknown = (same) => same) {
    this.#string = string;
    for (const node of parse(text).body[0].body) {
      if (node.type === 'TOMLKeyValue') this.#assign([], node);
      else this.#table(node);
    }
  }

  /** Where the key is written; for a table, its header; for what is not there, the table that lacks it. */
  keyPlace(path: Path): Place {
    return find(this.#keys, path) ?? { line: 1, column: 1 };
  }

  /** Where the value is written; a table's is its header. */
  valuePlace(path: Path): Place {
    return find(this.#values, path) ?? this.keyPlace(path);
  }

  #table(node: AST.TOMLTable): void {
    const path = node.resolvedKey;
    for (let length = 1; length <= path.length; length++) {
      const key = JSON.stringify(path.slice(0, length));
      if (!this.#keys.has(key)) this.#keys.set(key, placeOf(node));
    }
    // A header may come after one of its sub-tables, and is the better place then.
    this.#keys.set(JSON.stringify(path), placeOf(node));
    this.#container(path);
    for (const pair of node.body) this.#assign(path, pair);
  }

  #assign(base: Path, node: AST.TOMLKeyValue): void {
    const path = [...base];
    for (const key of node.key.keys) {
      path.push(key.type === 'TOMLBare' ? key.name : key.value);
      const id = JSON.stringify(path);
      if (!this.#keys.has(id)) this.#keys.set(id, placeOf(key));
    }
    this.#values.set(JSON.stringify(path), placeOf(node.value));
    const last = path.at(-1)!;
    this.#container(path.slice(0, -1))[last as string] = this.#read(node.value, path);
  }

  /** The table at `path`, made where it is not there yet. */
  #container(path: Path): Table {
    let here: Table = this.value;
    path.forEach((key, at) => {
      here[key as string] ??= typeof path[at + 1] === 'number' ? [] : Object.create(null);
      here = here[key as string] as Table;
    });
    return here;
  }

  #read(node: AST.TOMLContentNode, path: Path): unknown {
    switch (node.type) {
      case 'TOMLArray':
        return node.elements.map((element, at) => {
          this.#values.set(JSON.stringify([...path, at]), placeOf(element));
          return this.#read(element, [...path, at]);
        });
      case 'TOMLInlineTable': {
        const table: Table = Object.create(null);
        this.#container(path.slice(0, -1))[path.at(-1) as string] = table;
        for (const pair of node.body) this.#assign(path, pair);
        return table;
      }
      case 'TOMLValue':
        if (node.kind === 'string') return this.#string(node.value, path);
        if (node.kind === 'integer' && !Number.isSafeInteger(node.value)) return node.bigint;
        return node.value;
    }
  }
}

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const unexpected = `unexpected "${text[error.index]}": a text needs quotes, a key a line of its own`;
    const reason = /^(Unexpected character|Must be a newline)/.test(error.message)
      ? unexpected
      : error.message;
    throw new TomlError(reason, placeOfError(text, error));
  }
}

/** What is missing at the end of a line the parser notices only at the next word, on another line. */
function placeOfError(text: string, { message, index, lineNumber, column }: ParseError): Place {
  const lines = text.slice(0, index).split(/\r?\n/);
  const line = lines.slice(0, -1).findLastIndex((line) => line.trim() !== '') + 1;
  const last = lines[line - 1]?.trimEnd() ?? '';
  const missing = last.endsWith('=') || /^(Expected|Unspecified|Unterminated|The key)/.test(message);
  if (!missing || line === 0 || lines.at(-1)!.trim() !== '') return { line: lineNumber, column: column + 1 };
  return { line, column: last.length + 1 };
}

function placeOf(node: { readonly loc: AST.SourceLocation }): Place {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}

/** The place of the path or of the nearest part of it that has one. */
function find(places: ReadonlyMap<string, Place>, path: Path): Place | undefined {
  for (let length = path.length; length > 0; length--) {
    const place = places.get(JSON.stringify(path.slice(0, length)));
    if (place !== undefined) return place;
  }
  return undefined;
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A value inside of a table, with dots and brackets: `tagpass.host[0]`. */
export function pathText(path: Path): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`))
    .join('');
}
