/**
 * Tag sets and field keys as text, unescaped. Only for what happens once a series: selectors, aliases,
 * messages.
 */

export interface TagSet {
  readonly measurement: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** Reads `measurement,key=value,…`, escaped as Telegraf writes it. A tag without a value has an empty one. */
export function parseTagSet(bytes: Buffer): TagSet {
  const [measurement = '', ...tags] = split(bytes.toString(), ',');
  return {
    measurement: unescapeName(measurement),
    tags: new Map(
      tags.map((tag) => {
        const [key = '', ...value] = split(tag, '=');
        return [unescapeName(key), unescapeName(value.join('='))];
      }),
    ),
  };
}

/** The same tag set less the tags of these names, as bytes; the very buffer when it has none of them. */
export function withoutTags(bytes: Buffer, names: ReadonlySet<string>): Buffer {
  // latin1 keeps every byte as it is, whatever the encoding.
  const parts = split(bytes.toString('latin1'), ',');
  const kept = parts.filter(
    (tag, i) =>
      i === 0 || !names.has(Buffer.from(unescapeName(split(tag, '=')[0] ?? ''), 'latin1').toString()),
  );
  return kept.length === parts.length ? bytes : Buffer.from(kept.join(','), 'latin1');
}

/** A backslash hides a comma, an equals sign or a space; before anything else it is itself. */
export function unescapeName(text: string): string {
  return text.includes('\\') ? text.replace(/\\([,= ])/g, '$1') : text;
}

/** Splits at separators that are not escaped. */
function split(text: string, separator: ',' | '='): string[] {
  if (!text.includes('\\')) return text.split(separator);
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && /[,= ]/.test(text[i + 1] ?? '')) i++;
    else if (text[i] === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
