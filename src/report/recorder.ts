/** Writes down what the road makes of every value, a recording for each series and instance. */
import type { Batch } from '../batch.ts';
import type { Verdict } from '../judge.ts';
import { nounOf } from '../quantity.ts';
import type { Hot } from '../state/hot.ts';
import { unescapeName } from '../tagset.ts';
import type { Watch } from '../watch.ts';
import { Recording } from './recording.ts';

export class Recorder {
  readonly #hot: Hot;
  readonly recordings: Recording[] = [];
  /** By watch and row. */
  readonly #known: (Recording | undefined)[][] = [];

  /** @param hot where the names of the series are */
  constructor(hot: Hot) {
    this.#hot = hot;
  }

  /** The road's observer. */
  readonly observe = (watch: Watch, batch: Batch, entry: number, verdict: Verdict): void => {
    const { learning, judge, preparing } = watch;
    const value = watch.values[entry]!;
    const row = watch.learned.rows[entry]!;
    const recording = this.#known[watch.index]?.[row] ?? this.#begin(watch, batch, value, row);
    const quantity = quantityOf(watch, recording.field);
    if (quantity !== recording.quantity) recording.beginAfresh(quantity);
    recording.add({
      time: batch.seconds[batch.pointOf[value]!]!,
      value: preparing?.value ?? batch.value[value]!,
      band: learning.band,
      // A detector that lost its way is the first to be looked at.
      strangeness: Number.isFinite(learning.score)
        ? judge.strangeness(learning.score) / judge.threshold
        : Number.POSITIVE_INFINITY,
      level: verdict,
    });
  };

  #begin(watch: Watch, batch: Batch, value: number, row: number): Recording {
    const tagSet = this.#hot.tagSets.bytes(batch.tagSet[batch.pointOf[value]!]!).toString();
    const key = batch.block!.bytes.toString('utf8', batch.fieldStart[value]!, batch.fieldEnd[value]!);
    const field = unescapeName(key);
    const recording = new Recording(tagSet, field, watch.policy.alias, quantityOf(watch, field));
    this.recordings.push(recording);
    this.#known[watch.index] ??= [];
    this.#known[watch.index]![row] = recording;
    return recording;
  }
}

function quantityOf({ preparing }: Watch, field: string): string {
  return preparing === undefined || preparing.steps.length === 0 ? field : nounOf(preparing.steps, field);
}
