/** The begin or the end of an alarm as a point of its own. Texts are bytes, one character each. */
import type { Alarm } from './alarm.ts';
import { LEVELS } from './judge.ts';
import { numberText, quoted, reasonOf } from './reason.ts';
import { withoutTags } from './tagset.ts';

/** What we say of the alarm; a tag of the series with such a name gives way. */
const OWN_TAGS: ReadonlySet<string> = new Set(['measurement', 'field', 'detector', 'level', 'state']);

/**
 * One line of line protocol with its newline, at the time of the begin or of the end.
 * @param name of the measurement
 * @param tagSet of the series, as it stands in its lines; so the field's key
 * @param detector escaped as a tag's value
 */
export function eventLine(
  name: string,
  tagSet: Buffer,
  field: string,
  detector: string,
  alarm: Alarm,
): string {
  const text = withoutTags(tagSet, OWN_TAGS).toString('latin1');
  const [measurement] = text.split(/(?<!\\),/, 1) as [string];
  const level = LEVELS[alarm.level];
  const tags =
    `measurement=${asTagValue(measurement)},field=${asTagValue(field)},` +
    `detector=${detector},level=${level},state=${alarm.state}`;
  const { start, end, value, surprise, band } = alarm;
  let fields = `start=${start}i,`;
  if (end !== undefined) fields += `end=${end}i,`;
  fields += `peak=${value},`;
  if (!Number.isNaN(surprise)) fields += `surprise=${numberText(surprise)},`;
  if (band !== undefined) fields += `expected=${band[0]},lower=${band[1]},upper=${band[2]},`;
  fields += `reason=${quoted(reasonOf(alarm, field))}`;
  return `${name}${text.slice(measurement.length)},${tags} ${fields} ${end ?? start}\n`;
}

/** Whether the tag set is that of such a point, which an earlier layer may have made: nobody's series. */
export function isEvent(tagSet: Buffer, name: string): boolean {
  if (tagSet.indexOf(`${name},`, 0, 'latin1') !== 0) return false;
  return tagSet.includes(',measurement=') && tagSet.includes(',state=') && tagSet.includes(',detector=');
}

/** A measurement may hold an equals sign as it is; a tag's value may not. */
function asTagValue(text: string): string {
  return text.replace(/\\?=/g, '\\=');
}
