/** A detector instance at work: its policy, and its share of the batch. */
import type { Instance } from './detector.ts';
import type { Judge } from './judge.ts';
import type { Policy } from './policy.ts';
import type { State } from './state.ts';

/** The rows that a share of the batch needs of one state, and their places in memory; by entry of the share. */
export class Share {
  readonly state: State;
  rows = new Int32Array(0);
  places = new Int32Array(0);

  constructor(state: State) {
    this.state = state;
  }
}

export class Watch {
  /** Its place in the list of watches. */
  readonly index: number;
  readonly policy: Policy;
  readonly instance: Instance;
  readonly judge: Judge;
  /** The detector's rows, and the judge's where its policy needs them. */
  readonly learned: Share;
  readonly judged: Share | undefined;
  readonly shares: readonly Share[];
  /** The share: values by their index in the batch. */
  count = 0;
  values = new Int32Array(0);

  constructor(
    index: number,
    policy: Policy,
    instance: Instance,
    judge: Judge,
    [detectorState, judgeState]: readonly [State, State?],
  ) {
    this.index = index;
    this.policy = policy;
    this.instance = instance;
    this.judge = judge;
    this.learned = new Share(detectorState);
    this.judged = judgeState && new Share(judgeState);
    this.shares = this.judged === undefined ? [this.learned] : [this.learned, this.judged];
  }

  /** The detector's. */
  get state(): State {
    return this.learned.state;
  }

  /** Empties the share and makes room for so many values. */
  reset(values: number): void {
    this.count = 0;
    if (values <= this.values.length) return;
    this.values = new Int32Array(2 * values);
    for (const share of this.shares) {
      share.rows = new Int32Array(2 * values);
      share.places = new Int32Array(2 * values);
    }
  }
}
