/** A stream of points of many series, made from numbers alone, with spikes that a z-score finds. */
import { uniform } from '../../src/math/random.ts';

export interface StreamOptions {
  readonly tagSets: number;
  readonly rounds: number;
  /** Fields of a point. */
  readonly fields?: number;
  /** The last field is a counter, with a reset now and then. */
  readonly counter?: boolean;
  /** Seconds from one round to the next. */
  readonly step?: number;
  /** Which tag set the nth point of a round has; in turn by default. */
  readonly order?: (n: number, round: number) => number;
}

const FIRST_SECOND = 1_700_000_000;

/** By Zipf's law with exponent 1: the tag set of rank r comes 1/r as often as the first. */
export function zipf(tagSets: number): (n: number, round: number) => number {
  const bound = Math.log(tagSets + 1);
  // Ranks are spread over the tag sets, since those that came first would lie together otherwise.
  const step = 7919;
  return (n, round) => {
    const rank = Math.floor(Math.exp(uniform(5, n, round) * bound)) - 1;
    return (Math.min(rank, tagSets - 1) * step) % tagSets;
  };
}

/** One round after the other, each in chunks of about 64 KiB that end with a line. */
export function* stream(options: StreamOptions): Generator<Buffer> {
  const { tagSets, rounds, fields = 1, counter = false, step = 10, order = (n) => n } = options;
  let lines: string[] = [];
  let length = 0;
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < tagSets; n++) {
      const tagSet = order(n, round);
      const spike = uniform(3, n, round) < 1e-4 ? 100 : 0;
      const values = Array.from({ length: fields }, (_, field) => {
        const noise = uniform(10 + field, tagSet, round * tagSets + n);
        if (!counter || field < fields - 1) return `f${field}=${(noise + spike).toFixed(6)}`;
        // Some begin later than others, and are found out later.
        const age = (round + (tagSet % 7 === 0 ? 0 : 11 * (tagSet % 13))) % 150;
        return `f${field}=${Math.floor(1000 * age + 900 * noise + 1000 * spike)}i`;
      });
      // Later by a nanosecond a point: the same tag set may come several times in a round.
      const time = `${FIRST_SECOND + step * round}${String(n).padStart(9, '0')}`;
      const line = `load,cell=c${tagSet % 97},host=web-${String(tagSet).padStart(6, '0')} ${values.join(',')} ${time}\n`;
      lines.push(line);
      length += line.length;
      if (length < 65_000) continue;
      yield Buffer.from(lines.join(''));
      lines = [];
      length = 0;
    }
  }
  yield Buffer.from(lines.join(''));
}
