/**
 * Line protocol as Telegraf writes it, taken apart the slow and plain way: the tests' own reading of it,
 * sharing nothing with the program's parser. Text is latin1, one character a byte, so that bytes survive.
 */

/** Every part as it stands in the line, escapes and quotes included. */
export interface Point {
  readonly name: string;
  readonly tags: readonly (readonly [string, string])[];
  readonly fields: readonly (readonly [string, string])[];
  readonly time: string;
}

/** The points of a text; a newline inside a quoted string is part of its point. */
export function splitPoints(text: string): string[] {
  const points: string[] = [];
  let from = 0;
  while (from < text.length) {
    const newline = text.indexOf('\n', endOfFields(text, endOf(text, ' ', from) + 1));
    const end = newline < 0 ? text.length : newline;
    points.push(text.slice(from, end));
    from = end + 1;
  }
  return points;
}

export function parsePoint(line: string): Point {
  const tagSet = endOf(line, ' ', 0);
  const fieldSet = endOfFields(line, tagSet + 1);
  const [name = '', ...tags] = split(line.slice(0, tagSet), endOf);
  const pair = (text: string): [string, string] => {
    const equals = endOf(text, '=', 0);
    return [text.slice(0, equals), text.slice(equals + 1)];
  };
  return {
    name,
    tags: tags.map(pair),
    fields: split(line.slice(tagSet + 1, fieldSet), endOfField).map(pair),
    time: line.slice(fieldSet + 1),
  };
}

export function formatPoint({ name, tags, fields, time }: Point): string {
  const join = (pairs: Point['tags']) => pairs.map(([key, value]) => `${key}=${value}`);
  return `${[name, ...join(tags)].join(',')} ${join(fields).join(',')} ${time}`;
}

/** The line as it was before we annotated it, where the point came without anything of that name. */
export function withoutAnnotation(line: string): string {
  const point = parsePoint(line);
  const foreign = ([key]: readonly [string, string]) => key !== 'anomaly' && !key.startsWith('anomaly_');
  return formatPoint({ ...point, tags: point.tags.filter(foreign), fields: point.fields.filter(foreign) });
}

export function isFlagged(line: string): boolean {
  return parsePoint(line).tags.some(([key]) => key === 'anomaly');
}

/** The value of a field or tag as it stands in the line. */
export function valueText(line: string, key: string): string | undefined {
  const { tags, fields } = parsePoint(line);
  return [...fields, ...tags].find(([name]) => name === key)?.[1];
}

function split(text: string, endOfPart: (text: string, separator: string, from: number) => number): string[] {
  const parts: string[] = [];
  for (let from = 0, end = 0; from <= text.length; from = end + 1) {
    end = endOfPart(text, ',', from);
    parts.push(text.slice(from, end));
  }
  return parts;
}

/** Where the next unescaped `separator` is; else the text's end. */
function endOf(text: string, separator: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== separator) at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

/** The same among fields, whose values may be quoted strings that hold anything. */
function endOfField(text: string, separator: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== separator) {
    if (text[at] === '=' && text[at + 1] === '"') at = endOf(text, '"', at + 2) + 1;
    else at += text[at] === '\\' ? 2 : 1;
  }
  return Math.min(at, text.length);
}

function endOfFields(text: string, from: number): number {
  return endOfField(text, ' ', from);
}
