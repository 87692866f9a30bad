/** The package has no types of its own. */
declare module 'influx-line-protocol-parser' {
  interface ParsedLine {
    measurement?: string;
    /** An object with one key each. */
    tags?: Record<string, string | undefined>[];
    fields?: Record<string, number | boolean | string | undefined>[];
    /** Absent when the line has none, and when it is 0. */
    timestamp?: number;
  }
  /** Logs what it cannot read on the console and answers an empty object. */
  export default function parse(line: string): ParsedLine;
}
