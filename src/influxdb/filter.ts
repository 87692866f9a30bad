/**
 * Which series to read, as a person says it and as Flux does: `cpu*,host=web*` is a measurement and tags, each a name
 * or a glob as in the config.
 */
import { fluxString } from '@influxdata/influxdb-client';
import { globToRegExp, hasGlob } from '../glob.ts';
import { Refusal } from '../refusal.ts';

/** What stands between two commas; those in braces and classes, and behind a backslash, are the glob's. */
const PART = /(?:\\.|\{(?:\\.|[^\\}])*\}|\[(?:\\.|[^\\\]])*\]|[^,])+/gs;

/** A condition on the row `r` that any of the filters meets; without filters, nothing. Throws a Refusal. */
export function conditionOf(filters: readonly string[]): string | undefined {
  if (filters.length === 0) return undefined;
  return filters.map((filter) => `(${partsOf(filter).join(' and ')})`).join(' or ');
}

function partsOf(filter: string): string[] {
  const parts = filter.match(PART) ?? [];
  if (parts.length === 0)
    throw new Refusal('INFLUXDB_FILTER', '--filter is empty; give it as measurement,tag=value');
  return parts.map((part, at) => {
    const equals = part.indexOf('=');
    if (equals < 0 && at === 0) return matches('_measurement', part, filter);
    if (equals > 0) return matches(part.slice(0, equals), part.slice(equals + 1), filter);
    throw new Refusal(
      'INFLUXDB_FILTER',
      `--filter ${filter}: "${part}" is no tag=value; a measurement comes first, tags behind it`,
    );
  });
}

function matches(column: string, pattern: string, filter: string): string {
  const value = `r[${fluxString(column)}]`;
  if (!hasGlob([pattern])) return `${value} == ${fluxString(pattern)}`;
  // A tag that a series does not have would match as an empty one.
  const there = column === '_measurement' ? '' : `${value} != "" and `;
  try {
    return `${there}${value} =~ /(?s)${globToRegExp(pattern).source}/`;
  } catch (error) {
    throw new Refusal('INFLUXDB_FILTER', `--filter ${filter}: ${(error as Error).message}`);
  }
}
