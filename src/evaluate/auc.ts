/** The area under the curve of precision over recall: how well a score ranks rows, whatever the threshold. */
import { descending } from './sweep.ts';

/**
 * Average precision: the mean, over the labelled rows, of the precision at the threshold that just reaches them.
 * Rows of equal strangeness are taken together. A score that knows nothing gets the share of labelled rows; without
 * any it is NaN.
 */
export function averagePrecision(strangeness: Float64Array, labels: Uint8Array): number {
  const order = descending(
    strangeness,
    Uint32Array.from(strangeness, (_, row) => row),
  );
  let positives = 0;
  let sum = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    const value = strangeness[order[from]!]!;
    let together = 0;
    while (to < order.length && strangeness[order[to]!] === value) together += labels[order[to++]!]!;
    positives += together;
    sum += (together * positives) / to;
  }
  return sum / positives;
}
