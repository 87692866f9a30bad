/** A series on which a detector and a judge are at work, as they are on the road. */
import type { Detector, Instance, Rows } from '../../src/detector.ts';
import { Judge, OK } from '../../src/judge.ts';
import { Learning } from '../../src/learning.ts';
import { optionTypes } from '../../src/options.ts';
import { type Policy, policySchema } from '../../src/policy.ts';

/** What a table says that says nothing, but for this. */
export function policyOf(changes: object): Policy {
  const policy = policySchema.parse(changes);
  const { alias = 'bench', threshold, cooldown, end_after } = policy;
  return { ...policy, alias, threshold, cooldown, end_after };
}

/** With its default options. */
export function instanceOf(detector: Detector): Instance {
  return detector.create(detector.options(optionTypes).parse({}));
}

export function rowOf(width: number): Rows {
  const f64 = new Float64Array(width);
  return { f64, f32: new Float32Array(f64.buffer) };
}

export class Series {
  /** So many have begun. */
  alarms = 0;
  readonly learning: Learning;
  readonly #row: Rows;
  readonly #judged: Rows;
  #open = false;

  /** @param detector whose instance it is, for what it says of its scores */
  constructor(instance: Instance, { threshold, decay }: Detector, policy: Policy) {
    const judge = new Judge(policy, threshold, decay);
    this.learning = new Learning(instance, judge, policy);
    this.#row = rowOf(instance.width);
    this.#judged = rowOf(judge.width);
  }

  /** Takes the next value. Answers whether it is flagged. */
  step(time: number, value: number): boolean {
    const flagged = this.learning.step(this.#row, 0, this.#judged, 0, time, value, this.#open) !== OK;
    if (flagged && !this.#open) this.alarms++;
    this.#open = flagged;
    return flagged;
  }
}
