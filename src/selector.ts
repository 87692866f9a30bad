/** The selectors of one instance, compiled: Telegraf's semantics. */
import { compileFilter } from './glob.ts';
import type { Selectors, TagPatterns } from './policy.ts';
import type { TagSet } from './tagset.ts';

type Filter = (text: string) => boolean;

/** Names, keys and values are unescaped text. */
export class Selector {
  readonly #namepass: Filter | undefined;
  readonly #namedrop: Filter | undefined;
  readonly #tagpass: readonly (readonly [string, Filter | undefined])[];
  readonly #tagdrop: readonly (readonly [string, Filter | undefined])[];
  readonly #fieldinclude: Filter | undefined;
  readonly #fieldexclude: Filter | undefined;

  /** Throws a GlobError; a config that loaded has none. */
  constructor(selectors: Selectors) {
    this.#namepass = compileFilter(selectors.namepass);
    this.#namedrop = compileFilter(selectors.namedrop);
    this.#tagpass = tagFilters(selectors.tagpass);
    this.#tagdrop = tagFilters(selectors.tagdrop);
    this.#fieldinclude = compileFilter(selectors.fieldinclude);
    this.#fieldexclude = compileFilter(selectors.fieldexclude);
  }

  /** Whether every pass option holds, and no drop option. Within tagpass and tagdrop one tag is enough. */
  takes({ measurement, tags }: TagSet): boolean {
    if (this.#namepass?.(measurement) === false || this.#namedrop?.(measurement)) return false;
    const holds = ([key, filter]: readonly [string, Filter | undefined]) => {
      const value = tags.get(key);
      // An empty list of patterns matches nothing.
      return value !== undefined && (filter?.(value) ?? false);
    };
    return (this.#tagpass.length === 0 || this.#tagpass.some(holds)) && !this.#tagdrop.some(holds);
  }

  /** Whether there is no tag set that it does not take. */
  get takesAll(): boolean {
    const names = this.#namepass === undefined && this.#namedrop === undefined;
    return names && this.#tagpass.length === 0 && this.#tagdrop.length === 0;
  }

  takesField(key: string): boolean {
    return (this.#fieldinclude?.(key) ?? true) && !this.#fieldexclude?.(key);
  }
}

function tagFilters(patterns: TagPatterns): (readonly [string, Filter | undefined])[] {
  return Object.entries(patterns).map(([key, values]) => [key, compileFilter(values)] as const);
}
