/** Names and values as Telegraf's serializer writes them, to the byte: a series is known by its bytes. */

const CONTROLS: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

const escaped = (character: string) => CONTROLS[character] ?? `\\${character}`;

/** A measurement. */
export function escapeName(text: string): string {
  return text.replace(/[\t\n\f\r ,]/g, escaped);
}

/** The key or the value of a tag, or a field's key. A backslash at the end would hide what follows, and is cut. */
export function escapeKey(text: string): string {
  return text.replace(/\\+$/, '').replace(/[\t\n\f\r ,=]/g, escaped);
}

/** A field's value, by the datatype of its column. */
export function fieldText(value: string, type: string): string {
  switch (type) {
    case 'long':
      return `${value}i`;
    case 'unsignedLong':
      return `${value}u`;
    case 'string':
      // A line break comes as CRLF in csv, whatever it was.
      return `"${value.replaceAll('\r\n', '\n').replace(/["\\]/g, '\\$&')}"`;
    default:
      return value;
  }
}
