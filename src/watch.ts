/** A detector instance at work: its policy, and its share of the batch. */
import { ALARM_VERSION } from './alarm.ts';
import type { DetectorConfig } from './config.ts';
import type { Instance } from './detector.ts';
import { JUDGE_VERSION, type Judge } from './judge.ts';
import { Learning } from './learning.ts';
import type { Policy } from './policy.ts';
import { PREPARED_VERSION } from './prepare.ts';
import { type Preparing, quantityOf } from './preparing.ts';
import { besideIdentityOf, identityOf } from './state/catalog.ts';
import type { State } from './state/state.ts';

/** The rows that a share of the batch needs of one state, and their places in memory; by entry of the share. */
export class Share {
  readonly state: State;
  rows = new Int32Array(0);
  places = new Int32Array(0);

  constructor(state: State) {
    this.state = state;
  }

  /** Empties the entry's row from there on: as a new one is, where it is from the header's begin. */
  empty(entry: number, from = 0): void {
    const { state } = this;
    const at = state.at(this.places[entry]!);
    state.page(this.places[entry]!).f64.fill(0, at + from, at + state.stride);
  }
}

/**
 * The states of an instance: the judge's where its policy needs one, that of open alarms where they are told of, and
 * what preparing values has to remember.
 */
export interface States {
  readonly learned: State;
  readonly judged?: State;
  readonly alarms?: State;
  readonly prepared?: State;
}

/** By which the catalog knows these states. */
export function identitiesOf(
  { detector, options, policy }: DetectorConfig,
  { layout }: Judge,
): Record<keyof States, string> {
  const learned = identityOf(detector, options, policy.alias, quantityOf(policy));
  return {
    learned,
    judged: besideIdentityOf(learned, 'judge', JUDGE_VERSION, layout),
    alarms: besideIdentityOf(learned, 'alarms', ALARM_VERSION),
    prepared: besideIdentityOf(learned, 'prepared', PREPARED_VERSION),
  };
}

export class Watch {
  /** Its place in the list of watches. */
  readonly index: number;
  readonly policy: Policy;
  readonly instance: Instance;
  readonly judge: Judge;
  readonly learning: Learning;
  /** Where the detector is given other values than those of the points. */
  readonly preparing: Preparing | undefined;
  readonly learned: Share;
  readonly judged: Share | undefined;
  readonly alarms: Share | undefined;
  /** Its pages are not marked as changed where they are recalled: most of its rows soon never change again. */
  readonly prepared: Share | undefined;
  /** All of them. */
  readonly shares: readonly Share[];
  /** The share: values by their index in the batch. */
  count = 0;
  values = new Int32Array(0);

  constructor(
    index: number,
    policy: Policy,
    instance: Instance,
    judge: Judge,
    states: States,
    preparing?: Preparing,
  ) {
    this.index = index;
    this.policy = policy;
    this.instance = instance;
    this.judge = judge;
    this.learning = new Learning(instance, judge, policy);
    this.preparing = preparing;
    this.learned = new Share(states.learned);
    this.judged = states.judged && new Share(states.judged);
    this.alarms = states.alarms && new Share(states.alarms);
    this.prepared = states.prepared && new Share(states.prepared);
    const shares = [this.learned, this.judged, this.alarms, this.prepared];
    this.shares = shares.filter((share) => share !== undefined);
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
