/**
 * Score, judge, learn: for each instance one loop over its share of the batch. A value at or before its
 * series' last time is late or a duplicate and changes nothing, so that delivering it again does no harm.
 */
import type { Batch } from './batch.ts';
import type { Instance, Rows } from './detector.ts';
import type { Findings } from './findings.ts';
import { Judge, OK, OPEN } from './judge.ts';
import type { Policy } from './policy.ts';
import { COUNT, FLAGS, HEADER, OFF, type State, TIME_HIGH, TIME_LOW } from './state/state.ts';
import type { Counts } from './stats.ts';

const TWO_32 = 2 ** 32;
const LARGEST_COUNT = 2 ** 31 - 1;

/** A detector instance at work: its policy, its rows, and its share of the batch. */
export class Watch {
  /** Its place in the list of watches. */
  readonly index: number;
  readonly policy: Policy;
  readonly instance: Instance;
  readonly judge: Judge;
  readonly state: State;
  /** The share: values by their index in the batch, their rows, and the places of those in memory. */
  count = 0;
  values = new Int32Array(0);
  rows = new Int32Array(0);
  places = new Int32Array(0);

  constructor(index: number, policy: Policy, instance: Instance, state: State) {
    this.index = index;
    this.policy = policy;
    this.instance = instance;
    this.judge = new Judge(policy);
    this.state = state;
  }

  /** Empties the share and makes room for so many values. */
  reset(values: number): void {
    this.count = 0;
    if (values <= this.values.length) return;
    this.values = new Int32Array(2 * values);
    this.rows = new Int32Array(2 * values);
    this.places = new Int32Array(2 * values);
  }
}

/** What goes wrong with one series is told here; the road goes on. */
export type OnFailure = (watch: Watch, value: number, error: unknown) => void;

export class Detect {
  readonly #findings: Findings;
  readonly #counts: Counts;
  readonly #lateLimit: number;
  readonly #idleExpiry: number;
  readonly #onFailure: OnFailure;

  /**
   * @param lateLimit seconds: a value older than that against its series' last one restarts its time
   * @param idleExpiry seconds: a value newer than that against it finds everything forgotten
   */
  constructor(
    findings: Findings,
    counts: Counts,
    lateLimit: number,
    idleExpiry: number,
    onFailure: OnFailure,
  ) {
    this.#findings = findings;
    this.#counts = counts;
    this.#lateLimit = lateLimit * 1e9;
    this.#idleExpiry = idleExpiry * 1e9;
    this.#onFailure = onFailure;
  }

  /** Runs the instance over its share. A series on which the detector throws is switched off. */
  run(watch: Watch, batch: Batch): void {
    for (let from = 0; from < watch.count; ) {
      try {
        from = this.#run(watch, batch, from);
      } catch (error) {
        const failed = this.#at;
        this.#counts.failures++;
        const place = watch.places[failed]!;
        watch.state.page(place).i32[2 * watch.state.at(place) + FLAGS]! |= OFF;
        this.#onFailure(watch, watch.values[failed]!, error);
        from = failed + 1;
      }
    }
  }

  /** The entry of the share that is being worked on. */
  #at = 0;

  #run(watch: Watch, batch: Batch, from: number): number {
    const { instance, judge, state, count, values, places } = watch;
    const { pointOf, value: numbers, seconds, timeHigh, timeLow } = batch;
    const everything = watch.policy.score_fields;
    for (let entry = from; entry < count; entry++) {
      this.#at = entry;
      const index = values[entry]!;
      const point = pointOf[index]!;
      const page = state.page(places[entry]!);
      const at = state.at(places[entry]!);
      const { i32 } = page;
      const header = 2 * at;
      const high = timeHigh[point]!;
      const low = timeLow[point]!;
      let seen = i32[header + COUNT]!;
      if ((i32[header + FLAGS]! & OFF) !== 0) continue;
      if (seen > 0) {
        const ahead =
          (high - i32[header + TIME_HIGH]!) * TWO_32 + ((low >>> 0) - (i32[header + TIME_LOW]! >>> 0));
        if (ahead <= 0) {
          if (-ahead <= this.#lateLimit) {
            this.#counts.late++;
            continue;
          }
          this.#counts.restarted++;
        } else if (ahead > this.#idleExpiry) {
          this.#counts.forgotten++;
          page.f64.fill(0, at, at + state.stride);
          seen = 0;
        }
      }
      const time = seconds[point]!;
      const value = numbers[index]!;
      const score = instance.score(page, at + HEADER, time, value);
      const finite = Number.isFinite(score);
      const verdict = finite ? judge.judge(score) : OK;
      // Only what is flagged is explained, and only before it is learned.
      const band = verdict === OK ? undefined : bandOf(instance, page, at + HEADER, time);
      instance.learn(page, at + HEADER, time, value);
      i32[header + TIME_HIGH] = high;
      i32[header + TIME_LOW] = low;
      if (seen < LARGEST_COUNT) i32[header + COUNT] = seen + 1;
      this.#counts.values++;
      if (verdict !== OK) {
        if ((i32[header + FLAGS]! & OPEN) === 0) this.#counts.alarms++;
        i32[header + FLAGS] = i32[header + FLAGS]! | OPEN;
        this.#findings.add(point, {
          value: index,
          watch: watch.index,
          score,
          verdict,
          ...(band && { band }),
        });
      } else {
        if ((i32[header + FLAGS]! & OPEN) !== 0) i32[header + FLAGS] = i32[header + FLAGS]! & ~OPEN;
        if (!finite) this.#notFinite(watch, index, score);
        else if (everything) this.#findings.add(point, { value: index, watch: watch.index, score, verdict });
      }
    }
    return count;
  }

  #notFinite(watch: Watch, value: number, score: number): void {
    this.#counts.failures++;
    this.#onFailure(watch, value, new RangeError(`the score is ${score}`));
  }
}

function bandOf(instance: Instance, rows: Rows, at: number, time: number): number[] | undefined {
  if (instance.band === undefined) return undefined;
  const out = new Float64Array(3);
  instance.band(rows, at, time, out);
  return out.every(Number.isFinite) ? [...out] : undefined;
}
