/** Fewer points for the eye to see the same: of each stretch the least, the greatest and the strangest, and all that is flagged. */
import type { Recording } from './recording.ts';

const KEPT_OF_A_STRETCH = 3;

/**
 * The indices that are kept, in order: about `share` of them, and every flagged one whatever the share. The first and the
 * last are among them.
 *
 * @param share in (0, 1]
 */
export function thinned({ count, value, strangeness, level }: Recording, share: number): Uint32Array {
  if (share >= 1) return Uint32Array.from({ length: count }, (_, at) => at);
  const kept: number[] = [];
  const stretch = Math.ceil(KEPT_OF_A_STRETCH / share);
  for (let from = 0; from < count; from += stretch) {
    const to = Math.min(from + stretch, count);
    let [least, greatest, strangest] = [from, from, from];
    for (let at = from; at < to; at++) {
      if (value[at]! < value[least]!) least = at;
      if (value[at]! > value[greatest]!) greatest = at;
      if (strangeness[at]! > strangeness[strangest]!) strangest = at;
    }
    for (let at = from; at < to; at++) {
      const extreme = at === least || at === greatest || at === strangest;
      if (extreme || level[at]! > 0 || at === 0 || at === count - 1) kept.push(at);
    }
  }
  return Uint32Array.from(kept);
}
