/** Names of measurements, tags and fields: what line protocol can say, and how. */
import { Refusal } from '../refusal.ts';
import { shown } from '../shown.ts';

/** What line protocol cannot say in a name or tag. */
export const UNSAYABLE = /[\n\r]|\\$/;

/** A tag or a field as line protocol has it; of a measurement `characters` leaves out the equals sign. */
export function escaped(text: string, characters = /[,= ]/g): string {
  return text.replace(characters, '\\$&');
}

/** The first name that was there before. */
export function firstTwice(names: Iterable<string>): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/**
 * Refuses names that would make no line protocol, or one that is read as another point.
 * @param constants values of the tags that every point has
 * @param names of the fields
 */
export function refuseNames(
  measurement: string,
  keys: readonly string[],
  constants: readonly string[],
  names: readonly string[],
): void {
  if (measurement === '' || measurement.startsWith('#') || UNSAYABLE.test(measurement))
    throw new Refusal(
      'CSV_MEASUREMENT',
      `"${shown(measurement)}" cannot name a measurement: it is empty, begins with #, has a line break, or ends in a backslash; give another by --measurement`,
    );
  const twice = firstTwice([...keys, ...names]);
  if (twice !== undefined)
    throw new Refusal(
      'CSV_SAME_TAG',
      `"${shown(twice)}" would be there twice, as a tag and again; say --tag for it once, or --drop ${shown(twice)} where a column is named so`,
    );
  if ([...keys, ...names].includes('time'))
    throw new Refusal(
      'CSV_NAME',
      'a field or tag cannot be named time; say --drop time, or name the columns otherwise by --columns or in the header',
    );
  const wrong = [...keys, ...names, ...constants].find((name) => UNSAYABLE.test(name));
  if (wrong !== undefined)
    throw new Refusal(
      'CSV_NAME',
      `"${shown(wrong)}" has a line break in it, or a backslash at its end, and can be no name or tag; say --drop, or name it otherwise by --columns or in the header`,
    );
}
