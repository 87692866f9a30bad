/** A config file while it is checked: its tables, where everything stands in it, and what is wrong so far. */
import type { z } from 'zod';
import { type Environment, expandVariables, isVariable, MissingVariableError } from './environment.ts';
import { explain } from './explain.ts';
import { byPlace, type Problem, type ProblemCode, type Severity } from './problem.ts';
import { suggest } from './suggest.ts';
import { isTable, type Path, type Place, pathText, type Table, Toml, TomlError } from './toml.ts';

/** A number or a boolean as TOML spells it. */
const SPELLED = /^(true|false|[+-]?\d+(\.\d+)?(e[+-]?\d+)?)$/i;
const TELEGRAF_TABLE = /^[ \t]*(\[\[?(?:inputs|outputs|processors|aggregators)\b.*)$/m;

export class Document {
  readonly file: string;
  readonly #text: string;
  readonly #problems: Problem[] = [];
  readonly #toml: Toml;
  /** Whether there are tables to check; else the problems say why not. */
  readonly parsed: boolean;
  /** Paths of the strings that were one variable and nothing else. */
  readonly #variables = new Set<string>();
  /** Paths of the strings that name a variable which must be set and is not. */
  readonly #unset = new Map<string, string>();

  /** Any text is taken: what is wrong with it is among the problems. */
  constructor(file: string, text: string, environment: Environment) {
    this.file = file;
    this.#text = text;
    const toml = this.#parse(environment);
    this.parsed = toml !== undefined;
    this.#toml = toml ?? new Toml('');
  }

  get value(): Table {
    return this.#toml.value;
  }

  /** Sorted by place. */
  get problems(): readonly Problem[] {
    return this.#problems.sort(byPlace);
  }

  get failed(): boolean {
    return this.#problems.some(({ severity }) => severity === 'error');
  }

  report(code: ProblemCode, place: Place, reason: string, severity: Severity = 'error'): void {
    this.#problems.push({ code, severity, file: this.file, place, reason });
  }

  /** Where the key is written, or the header of the table. */
  keyPlace(path: Path): Place {
    return this.#toml.keyPlace(path);
  }

  /** Where the value is written, or the header of the table that lacks it. */
  valuePlace(path: Path): Place {
    return this.#toml.valuePlace(path);
  }

  /** Reports the keys of the table at `path` that are not among `valid`. `header` as it is written, for the prose. */
  unknownKeys(table: Table, path: Path, header: string, valid: readonly string[]): void {
    for (const key of Object.keys(table)) {
      if (valid.includes(key)) continue;
      const reason = `unknown ${header === '' ? 'table or ' : ''}option "${key}"${header && ` in ${header}`}`;
      this.report('CONFIG_UNKNOWN_KEY', this.keyPlace([...path, key]), `${reason}; ${suggest(key, valid)}`);
    }
  }

  /**
   * The table at `path` through the schema, which sees only the keys that it knows. Undefined when a value was
   * refused; each refusal is reported.
   */
  check<Schema extends z.ZodObject>(schema: Schema, table: Table, path: Path): z.output<Schema> | undefined {
    const known: Table = {};
    for (const key of Object.keys(schema.shape)) if (Object.hasOwn(table, key)) known[key] = table[key];
    let result = schema.safeParse(known);
    if (!result.success && this.#respell(result.error.issues, known, path)) result = schema.safeParse(known);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const received = issue.path.reduce<unknown>(
        (value, key) => (value as Table | undefined)?.[key as string],
        known,
      );
      const option = issue.path.length === 0 ? '' : `${pathText(issue.path)}: `;
      const at = [...path, ...issue.path];
      if (!this.#unset.has(JSON.stringify(at)))
        this.report('CONFIG_INVALID_VALUE', this.valuePlace(at), option + explain(issue, schema, received));
    }
    return undefined;
  }

  #parse(environment: Environment): Toml | undefined {
    if (this.#isTelegrafs()) return undefined;
    const expand = (text: string, path: Path): string => {
      if (isVariable(text)) this.#variables.add(JSON.stringify(path));
      try {
        return expandVariables(text, environment);
      } catch (error) {
        if (!(error instanceof MissingVariableError)) throw error;
        this.#unset.set(JSON.stringify(path), error.message);
        return text;
      }
    };
    try {
      const toml = new Toml(this.#text, expand);
      for (const [path, reason] of this.#unset)
        this.report('CONFIG_MISSING_VARIABLE', toml.valuePlace(JSON.parse(path)), reason);
      return toml;
    } catch (error) {
      if (error instanceof RangeError) {
        this.report('CONFIG_SYNTAX', { line: 1, column: 1 }, 'this is nested too deeply to be read');
        return undefined;
      }
      if (!(error instanceof TomlError)) throw error;
      this.report('CONFIG_SYNTAX', error.place, `this is not TOML: ${error.message}`);
      return undefined;
    }
  }

  /** Asked before parsing: a telegraf.conf need not be TOML before its variables are replaced. */
  #isTelegrafs(): boolean {
    const found = TELEGRAF_TABLE.exec(this.#text);
    if (found === null) return false;
    const line = this.#text.slice(0, found.index).split('\n').length;
    this.report(
      'CONFIG_TELEGRAF_FILE',
      { line, column: found[0].indexOf('[') + 1 },
      `this is Telegraf's: ${found[1]!.trim()}. The options of telegraf-anomaly go into a file of their own, which ` +
        'telegraf.conf names: [[processors.execd]] command = ["telegraf-anomaly", "run", "--config", "/etc/telegraf-anomaly/anomaly.toml"]',
    );
    return true;
  }

  /** Takes a refused string that was one variable for the number or boolean that it spells. */
  #respell(issues: readonly z.core.$ZodIssue[], table: Table, path: Path): boolean {
    let respelled = false;
    for (const { code, path: inside } of issues) {
      const [key] = inside as string[];
      const text = table[key!];
      if (code !== 'invalid_type' || inside.length !== 1 || typeof text !== 'string' || !SPELLED.test(text))
        continue;
      if (!this.#variables.has(JSON.stringify([...path, key]))) continue;
      const lower = text.toLowerCase();
      table[key!] = lower === 'true' || (lower === 'false' ? false : Number(lower));
      respelled = true;
    }
    return respelled;
  }
}

/** The table at `path` of the document, or undefined and a report when something else is there. */
export function tableAt(document: Document, name: string): Table | undefined {
  const table = document.value[name] ?? {};
  if (isTable(table)) return table;
  document.report('CONFIG_INVALID_VALUE', document.valuePlace([name]), `expected one table [${name}]`);
  return undefined;
}
