/**
 * Gives an instance prepared values. What is remembered for that lies in rows beside the detector's, which may have
 * been saved at another moment: it counts only where both know of the same last value.
 */
import type { Batch } from './batch.ts';
import { Counter } from './counter.ts';
import { OPEN } from './judge.ts';
import type { Policy } from './policy.ts';
import { type Preparation, Prepare, type Step, stepsOf } from './prepare.ts';
import { COUNT, DERIVED, FLAGS, HEADER, TIME_HIGH, TIME_LOW } from './state/page.ts';
import type { Watch } from './watch.ts';

const TWO_32 = 2 ** 32;
const LARGEST_COUNT = 2 ** 31 - 1;

/** Told when the detector's row begins afresh, since the series of this value was found to be a counter, or none. */
export type OnCounter = (watch: Watch, value: number, isCounter: boolean) => void;

/** What the policy asks for; undefined where the detector is given the values as they are. */
export function preparationOf({ prepare, counter }: Policy): Preparation | undefined {
  const steps = stepsOf(prepare);
  if (steps.length > 0) return new Prepare(steps);
  return counter === 'auto' ? new Counter() : undefined;
}

/** Names what the detector learns, where it is another thing than by default. */
export function quantityOf({ prepare, counter }: Pick<Policy, 'prepare' | 'counter'>): string {
  return stepsOf(prepare).join(' ') || (counter === 'auto' ? '' : 'as it is');
}

export class Preparing {
  /** What was given last. */
  value = Number.NaN;
  readonly #preparation: Preparation;
  readonly #onCounter: OnCounter;

  constructor(preparation: Preparation, onCounter: OnCounter) {
    this.#preparation = preparation;
    this.#onCounter = onCounter;
  }

  /** What was done to the value that was given last. */
  get steps(): readonly Step[] {
    return this.#preparation.steps;
  }

  /**
   * Takes the entry of the share, which is newer than what the detector's row knows. Answers what the detector is given,
   * or NaN where there is nothing; then the entry is done with.
   */
  take(watch: Watch, batch: Batch, entry: number): number {
    const { learned, prepared } = watch;
    const { i32 } = learned.state.page(learned.places[entry]!);
    const header = 2 * learned.state.at(learned.places[entry]!);
    const index = watch.values[entry]!;
    const point = batch.pointOf[index]!;
    const high = batch.timeHigh[point]!;
    const low = batch.timeLow[point]!;
    const preparation = this.#preparation;
    const row = prepared ?? learned;
    const place = row.places[entry]!;
    const page = row.state.page(place);
    const at = row.state.at(place);
    const elapsed = prepared === undefined ? Number.NaN : since(page.i32, 2 * at, i32, header, high, low);
    this.value = preparation.next(page, at, elapsed, batch.value[index]!);
    if (prepared !== undefined && !preparation.settled) {
      page.i32[2 * at + TIME_HIGH] = high;
      page.i32[2 * at + TIME_LOW] = low;
      page.i32[2 * at + COUNT] = 1;
      row.state.changed(place);
    }
    if (preparation.isCounter !== ((i32[header + FLAGS]! & DERIVED) !== 0)) {
      i32[header + FLAGS] = (i32[header + FLAGS]! ^ DERIVED) & ~OPEN;
      beginAfresh(watch, entry);
      this.#onCounter(watch, index, preparation.isCounter);
    }
    if (Number.isNaN(this.value)) {
      i32[header + TIME_HIGH] = high;
      i32[header + TIME_LOW] = low;
      if (i32[header + COUNT]! < LARGEST_COUNT) i32[header + COUNT]!++;
    }
    return this.value;
  }
}

/** Seconds from the last value of the row `own` to this time; NaN where the detector's last value was another one. */
function since(
  own: Int32Array,
  at: number,
  i32: Int32Array,
  header: number,
  high: number,
  low: number,
): number {
  if (own[at + COUNT] === 0) return Number.NaN;
  const ownHigh = own[at + TIME_HIGH]!;
  const ownLow = own[at + TIME_LOW]!;
  if (ownHigh !== i32[header + TIME_HIGH] || ownLow !== i32[header + TIME_LOW]) return Number.NaN;
  return ((high - ownHigh) * TWO_32 + ((low >>> 0) - (ownLow >>> 0))) / 1e9;
}

/** What was learned, and judged, was of another quantity. */
function beginAfresh({ shares, prepared }: Watch, entry: number): void {
  for (const share of shares) if (share !== prepared) share.empty(entry, HEADER);
}
