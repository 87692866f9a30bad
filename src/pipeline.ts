/**
 * The road: read → parse → recall, select → detect (score → judge → learn) → annotate. In go chunks of line
 * protocol, out come the same points, the anomalous ones annotated. Whatever goes wrong, the bytes go on.
 */
import { ALARM_WIDTH } from './alarm.ts';
import { Annotate, AnnotationNames } from './annotate.ts';
import { Batch } from './batch.ts';
import type { Config } from './config.ts';
import { CounterLog } from './counter-log.ts';
import { Detect, type Observe, type OnFailure } from './detect.ts';
import { Findings } from './findings.ts';
import { Judge } from './judge.ts';
import { Limited, type Log, textOf } from './log.ts';
import { parse } from './parse.ts';
import { Preparing, preparationOf } from './preparing.ts';
import { type Block, Reader } from './read.ts';
import { Recall } from './recall.ts';
import { Select } from './select.ts';
import { Hot } from './state/hot.ts';
import { type Counts, createCounts } from './stats.ts';
import type { MaybePromise } from './store.ts';
import { finish, type Waiting } from './waiting.ts';
import { identitiesOf, Watch } from './watch.ts';

/**
 * A point may grow so large before we give up waiting for its end: a string that is never closed would hold
 * everything behind it. Telegraf's users have lines of several MB.
 */
const LARGEST_POINT = 32 << 20;
const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

export class Pipeline {
  readonly counts: Counts = createCounts();
  readonly recall: Recall;
  readonly #hot: Hot;
  readonly #log: Log;
  readonly #observe: Observe | undefined;
  readonly #reader = new Reader();
  readonly #batch = new Batch();
  readonly #findings = new Findings();
  #watches: readonly Watch[] = [];
  #select!: Select;
  #detect!: Detect;
  #annotate!: Annotate;
  readonly #malformed: Limited;
  readonly #detectorFailed: Limited;
  readonly #roadFailed: Limited;
  readonly #unreadable: Limited;
  readonly #damage: Limited;
  readonly #counters: CounterLog;
  /** What has been said to be damaged. */
  #damaged = 0;
  /** We are in the middle of a line whose head has been passed on unparsed. */
  #inLine = false;
  /** Points that the next part of the batch may have. */
  #most = 0;

  /**
   * @param hot what was learned before; without it everything is learned anew, in memory without a limit
   * @param observe is told of every value that is scored; what comes out does not depend on it
   */
  constructor(config: Config, log: Log, hot = new Hot(), observe?: Observe) {
    this.#hot = hot;
    this.#log = log;
    this.#observe = observe;
    this.#malformed = new Limited(log.warn, 1);
    this.#detectorFailed = new Limited(log.error, 60);
    this.#roadFailed = new Limited(log.error, 60);
    this.#unreadable = new Limited(log.error, 60);
    this.#damage = new Limited(log.warn, 60);
    this.#counters = new CounterLog(log);
    this.recall = new Recall(hot, (error) =>
      this.#unreadable.say(
        () => `STATE_UNREADABLE: ${textOf(error)}; points pass unscored where what is known of them is cold`,
      ),
    );
    this.configure(config);
  }

  get watches(): readonly Watch[] {
    return this.#watches;
  }

  /** Bytes of a point that is not whole yet. */
  get held(): number {
    return this.#reader.held;
  }

  /** Works by this config from the next chunk on. What was learned is kept, by every instance that keeps its shape. */
  configure({ agent, state, detectors }: Config): void {
    this.#watches = detectors.map((config, index) => {
      const { detector, options, policy } = config;
      const instance = detector.create(options);
      const judge = new Judge(policy, detector.threshold, detector.decay);
      const preparation = preparationOf(policy);
      const { learned, judged, alarms, prepared } = identitiesOf(config, judge);
      if (this.#hot.knows(policy.alias, learned)) this.#log.warn(beginsAfresh(policy.alias));
      const states = {
        learned: this.#hot.state(learned, instance.width),
        ...(judge.width > 0 && { judged: this.#hot.state(judged, judge.width) }),
        ...(policy.annotate === 'events' && { alarms: this.#hot.state(alarms, ALARM_WIDTH) }),
        ...(preparation?.width && { prepared: this.#hot.state(prepared, preparation.width) }),
      };
      const preparing =
        preparation &&
        new Preparing(preparation, (watch, value, isCounter) => {
          const { tagSet, field } = this.#seriesOf(value);
          this.#counters.say(watch.policy.alias, tagSet, field, isCounter);
        });
      const watch = new Watch(index, policy, instance, judge, states, preparing);
      watch.learning.observed = this.#observe !== undefined;
      return watch;
    });
    const names = new AnnotationNames(agent.annotation_prefix);
    const expiry = state.idle_expiry > 0 ? state.idle_expiry : Number.POSITIVE_INFINITY;
    this.#select = new Select(this.#hot, this.#watches, names);
    const failed: OnFailure = (watch, value, error) =>
      this.#detectorFailed.say(
        () =>
          `DETECTOR_FAILED: ${watch.policy.alias} on ${this.#describe(value)}: ${textOf(error)}; its points pass unscored`,
      );
    this.#detect = new Detect(this.#findings, this.counts, agent.late_limit, expiry, failed, this.#observe);
    this.#annotate = new Annotate(this.#watches, names, this.counts);
    this.#hot.table.doubt();
  }

  /** @param inLine the bytes before the first chunk, which others have passed on, end in the middle of a line */
  begin(inLine: boolean): void {
    this.#inLine = inLine;
  }

  /**
   * Takes the next chunk and gives the bytes to write for it, valid until the next call; by a promise only when the
   * store makes us wait. The chunk is copied.
   */
  process(chunk: Uint8Array): MaybePromise<Uint8Array> {
    return finish(this.#road(this.#reader.add(chunk), false));
  }

  /** No more chunks. Gives what is left: a line without its end may have been cut, and is passed on unparsed. */
  end(): MaybePromise<Uint8Array> {
    return finish(this.#road(this.#reader.add(NOTHING), true));
  }

  *#road(block: Block, last: boolean): Waiting<Uint8Array> {
    const batch = this.#batch;
    let parsed = false;
    try {
      this.#parse(block, last);
      parsed = true;
      this.#findings.reset(batch.points);
      this.#most = batch.points;
      for (let point = 0; point < batch.points; ) point = yield* this.#part(batch, point);
      if (this.#hot.damaged > this.#damaged) this.#sayDamaged();
      return this.#annotate.run(batch, this.#findings);
    } catch (error) {
      this.counts.failures++;
      this.#roadFailed.say(() => `ROAD_FAILED: ${textOf(error)}; points pass unscored`);
      if (!parsed) batch.end = block.length;
      return block.bytes.subarray(0, batch.end);
    } finally {
      this.#inLine = batch.end > 0 && block.bytes[batch.end - 1] !== NEWLINE;
      this.#reader.consume(batch.end);
    }
  }

  /** As many of the points from this one on as the memory can serve together. Answers the first that is left. */
  *#part(batch: Batch, from: number): Waiting<number> {
    const { recall } = this;
    let to = Math.min(from + this.#most, batch.points);
    for (;;) {
      to = yield* recall.tagSets(this.#select, batch, from, to);
      this.#select.run(batch, from, to);
      if (yield* recall.rows(this.#watches, to - from === 1)) break;
      to = from + ((to - from) >> 1);
    }
    this.#most = 2 * (to - from);
    for (const watch of this.#watches) this.#detect.run(watch, batch);
    return to;
  }

  #sayDamaged(): void {
    this.#damaged = this.#hot.damaged;
    this.#damage.say(
      () =>
        `STATE_DAMAGED: ${this.#damaged} pages or records of the state were damaged on disk so far; their series begin anew, the others go on. Look after the disk`,
    );
  }

  /** Fills the batch. Its end is where the bytes to write end. */
  #parse(block: Block, last: boolean): void {
    const batch = this.#batch;
    const full = block.length > LARGEST_POINT;
    const newline = this.#inLine ? block.bytes.indexOf(NEWLINE) : -1;
    parse(batch, block, this.#inLine ? Math.min(newline + 1, block.length) : 0, last || full);
    this.counts.points += batch.lines;
    this.counts.malformed += batch.malformed;
    if (batch.malformed > 0) {
      this.#malformed.say(() => {
        const text = block.bytes.toString(
          'utf8',
          batch.malformedStart,
          Math.min(batch.malformedEnd, batch.malformedStart + 200),
        );
        return `MALFORMED: ${batch.malformed} line(s) passed on unread, the first: ${text}`;
      });
    }
    // A line that never ends goes on as it comes.
    if (last || (full && batch.end === 0)) batch.end = block.length;
  }

  #describe(value: number): string {
    const { tagSet, field } = this.#seriesOf(value);
    return `${tagSet} ${field}`;
  }

  /** The series of a value, for messages. */
  #seriesOf(value: number): { tagSet: string; field: string } {
    const { bytes } = this.#batch.block!;
    const point = this.#batch.pointOf[value]!;
    const tagSet = bytes.toString('utf8', this.#batch.keyStart[point]!, this.#batch.keyEnd[point]!);
    const field = bytes.toString('utf8', this.#batch.fieldStart[value]!, this.#batch.fieldEnd[value]!);
    return { tagSet, field };
  }
}

function beginsAfresh(alias: string): string {
  return `STATE_AFRESH: "${alias}" begins afresh, since an option that shapes its state has changed, or the detector's version; what it had learned is kept for a while, should the option be changed back`;
}
