/**
 * What a detector is given in place of the values: how much they change, how fast they rise, their logarithm. Where
 * there is nothing to give, as after a counter's reset, the answer is NaN: the value is neither scored nor learned.
 */
import type { Page } from './state/frames.ts';
import { HEADER } from './state/page.ts';

export const STEPS = ['difference', 'non_negative_derivative', 'log'] as const;
export type Step = (typeof STEPS)[number];

/** Of the meaning of the rows. */
export const PREPARED_VERSION = 1;

/** Gives a detector its values, one series' as well as another's: what it remembers of a series is in that one's row. */
export interface Preparation {
  /** float64s of a row; 0 where nothing is remembered. A row that is new is all zeros. */
  readonly width: number;
  /** What was done to the value that was given last. */
  readonly steps: readonly Step[];
  /** The series of that value was found to be a counter's. */
  readonly isCounter: boolean;
  /** That value's row does not change any more. */
  readonly settled: boolean;
  /**
   * Takes the series' next value; answers what the detector is given, a finite number, or NaN where there is none.
   * @param at where the row's header begins
   * @param elapsed seconds since the value before it; NaN, or not above 0, where there is none to compare with
   */
  next(page: Page, at: number, elapsed: number, value: number): number;
}

/** The steps of a policy's `prepare`. */
export function stepsOf(prepare: 'none' | Step | readonly Step[]): readonly Step[] {
  if (typeof prepare !== 'string') return prepare;
  return prepare === 'none' ? [] : [prepare];
}

/** How much it rises a second; NaN where it falls, or where the value before it is NaN. */
export function rate(previous: number, value: number, elapsed: number): number {
  const change = value - previous;
  return change >= 0 ? change / elapsed : Number.NaN;
}

/** Steps in turn, each on what the one before it gives. */
export class Prepare implements Preparation {
  readonly steps: readonly Step[];
  readonly width: number;
  readonly isCounter = false;
  readonly settled = false;

  constructor(steps: readonly Step[]) {
    this.steps = steps;
    this.width = steps.filter((step) => step !== 'log').length;
  }

  next({ f64 }: Page, at: number, elapsed: number, value: number): number {
    // By step that looks back: what it had before. NaN goes through all of them, and is remembered as nothing.
    let own = at + HEADER;
    let given = value;
    for (const step of this.steps) {
      if (step === 'log') given = given > 0 ? Math.log(given) : Number.NaN;
      else {
        const previous = elapsed > 0 ? f64[own]! : Number.NaN;
        f64[own++] = given;
        given = step === 'difference' ? given - previous : rate(previous, given, elapsed);
      }
    }
    return Number.isFinite(given) ? given : Number.NaN;
  }
}
