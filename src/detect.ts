/**
 * Score, judge, learn: for each instance one loop over its share of the batch. A value at or before its
 * series' last time is late or a duplicate and changes nothing, so that delivering it again does no harm.
 */
import { type Alarm, follow } from './alarm.ts';
import type { Batch } from './batch.ts';
import type { Findings } from './findings.ts';
import { OK, OPEN, type Verdict } from './judge.ts';
import { COUNT, FLAGS, HEADER, OFF, TIME_HIGH, TIME_LOW } from './state/state.ts';
import type { Counts } from './stats.ts';
import type { Watch } from './watch.ts';

const TWO_32 = 2 ** 32;
const LARGEST_COUNT = 2 ** 31 - 1;

/** What goes wrong with one series is told here; the road goes on. */
export type OnFailure = (watch: Watch, value: number, error: unknown) => void;

/**
 * Is told of every value that was scored, at once: then the watch's `learning`, `judge` and `preparing` say what was
 * made of it. Must not throw.
 *
 * @param entry of the watch's share
 */
export type Observe = (watch: Watch, batch: Batch, entry: number, verdict: Verdict) => void;

export class Detect {
  readonly #findings: Findings;
  readonly #counts: Counts;
  readonly #lateLimit: number;
  readonly #idleExpiry: number;
  readonly #onFailure: OnFailure;
  readonly #observe: Observe | undefined;

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
    observe?: Observe,
  ) {
    this.#findings = findings;
    this.#counts = counts;
    this.#lateLimit = lateLimit * 1e9;
    this.#idleExpiry = idleExpiry * 1e9;
    this.#onFailure = onFailure;
    this.#observe = observe;
  }

  /** Runs the instance over its share. A series on which the detector throws is switched off. */
  run(watch: Watch, batch: Batch): void {
    for (let from = 0; from < watch.count; ) {
      try {
        from = this.#run(watch, batch, from);
      } catch (error) {
        const failed = this.#at;
        this.#counts.failures++;
        const place = watch.learned.places[failed]!;
        watch.state.page(place).i32[2 * watch.state.at(place) + FLAGS]! |= OFF;
        this.#onFailure(watch, watch.values[failed]!, error);
        from = failed + 1;
      }
    }
  }

  /** The entry of the share that is being worked on. */
  #at = 0;

  #run(watch: Watch, batch: Batch, from: number): number {
    const { learning, preparing, count, values } = watch;
    const { learned, judged, shares } = watch;
    const { state, places } = learned;
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
      let elapsed = 0;
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
          for (const share of shares) share.empty(entry);
          seen = 0;
        }
        elapsed = ahead / 1e9;
      }
      const time = seconds[point]!;
      const value = preparing === undefined ? numbers[index]! : preparing.take(watch, batch, entry);
      if (Number.isNaN(value)) continue;
      const open = (i32[header + FLAGS]! & OPEN) !== 0;
      const rows = judged === undefined ? page : judged.state.page(judged.places[entry]!);
      const own = HEADER + (judged === undefined ? at : judged.state.at(judged.places[entry]!));
      const verdict = learning.step(page, at + HEADER, rows, own, time, value, open, elapsed);
      i32[header + TIME_HIGH] = high;
      i32[header + TIME_LOW] = low;
      if (seen < LARGEST_COUNT) i32[header + COUNT] = seen + 1;
      this.#counts.values++;
      if (verdict !== OK && !open) this.#counts.alarms++;
      this.#observe?.(watch, batch, entry, verdict);
      if (open !== (verdict !== OK)) i32[header + FLAGS]! ^= OPEN;
      const finite = Number.isFinite(learning.score);
      if (!finite) this.#notFinite(watch, index, learning.score);
      if (verdict !== OK || open || (everything && finite)) this.#tell(watch, batch, entry, verdict, open);
    }
    return count;
  }

  /** What was found in the value that was just learned, as far as anyone wants to know. */
  #tell(watch: Watch, batch: Batch, entry: number, verdict: Verdict, open: boolean): void {
    const { learning, preparing, judge, alarms, policy, index } = watch;
    const value = watch.values[entry]!;
    const point = batch.pointOf[value]!;
    const given = preparing?.value ?? batch.value[value]!;
    const steps = preparing?.steps;
    const { score, surprise } = learning;
    const { threshold } = judge;
    const band = learning.band && [...learning.band];
    let alarm: Alarm | undefined;
    if (alarms !== undefined && (open || verdict !== OK)) {
      const [high, low] = [batch.timeHigh[point]!, batch.timeLow[point]!];
      const judged = { high, low, value: given, steps, score, surprise, threshold, verdict, band };
      const place = alarms.places[entry]!;
      alarm = follow(alarms.state.page(place), alarms.state.at(place) + HEADER, judged, open);
    }
    if (verdict === OK && alarm === undefined && !(policy.score_fields && Number.isFinite(score))) return;
    const found = {
      value,
      watch: index,
      score,
      surprise,
      threshold,
      verdict,
      ...(steps && { given, steps }),
    };
    this.#findings.add(point, { ...found, ...(band && { band }), ...(alarm && { alarm }) });
  }

  #notFinite(watch: Watch, value: number, score: number): void {
    this.#counts.failures++;
    this.#onFailure(watch, value, new RangeError(`the score is ${score}`));
  }
}
