/** Points of very many tag sets, one after the other. */

const CHUNK_LINES = 1000;
const FIRST_SECOND = 1_700_000_000;

export interface CrowdOptions {
  readonly tagSets: number;
  /** Of a tag set; 0 is the first. */
  readonly round: number;
  /** Of a point, steady but for a little. */
  readonly fields: readonly string[];
  /** Bytes that make each tag set longer. */
  readonly padding?: number;
  /** The value of the first field, where it shall be another one. */
  readonly spike?: number;
}

/** A round, in chunks that end with a line. */
export function* crowd({ tagSets, round, fields, padding = 0, spike }: CrowdOptions): Generator<Buffer> {
  const rack = 'r'.repeat(padding);
  const time = `${FIRST_SECOND + 10 * round}000000000`;
  for (let from = 0; from < tagSets; from += CHUNK_LINES) {
    let text = '';
    for (let n = from; n < Math.min(from + CHUNK_LINES, tagSets); n++) {
      const wobble = (n * 7919 + round * 104_729) % 1000;
      const values = fields.map(
        (field, at) => `${field}=${at === 0 ? (spike ?? 50 + wobble / 1000) : wobble}`,
      );
      text += `crowd,host=web-${n},rack=${n % 97}${rack} ${values.join(',')} ${time}\n`;
    }
    yield Buffer.from(text);
  }
}
