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

/** With these options and its defaults. */
export function instanceOf(detector: Detector, options = {}): Instance {
  return detector.create(detector.options(optionTypes).parse(options));
}

/** As the road has it where no judge speaks in between. Answers the score. */
export function scoreAndLearn(
  instance: Instance,
  rows: Rows,
  at: number,
  time: number,
  value: number,
): number {
  if (instance.update !== undefined) return instance.update(rows, at, time, value);
  const score = instance.score(rows, at, time, value);
  instance.learn(rows, at, time, value);
  return score;
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
  #time = 0;

  /** @param detector whose instance it is, for what it says of its scores */
  constructor(instance: Instance, { threshold, decay }: Detector, policy: Policy) {
    const judge = new Judge(policy, threshold, decay);
    this.learning = new Learning(instance, judge, policy);
    this.#row = rowOf(instance.width);
    this.#judged = rowOf(judge.width);
  }

  /** Takes the next value. Answers whether it is flagged. */
  step(time: number, value: number): boolean {
    const { learning } = this;
    const elapsed = time - this.#time;
    const verdict = learning.step(this.#row, 0, this.#judged, 0, time, value, this.#open, elapsed);
    const flagged = verdict !== OK;
    this.#time = time;
    if (flagged && !this.#open) this.alarms++;
    this.#open = flagged;
    return flagged;
  }
}
