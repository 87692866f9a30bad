/**
 * The road: read → parse → select → detect (score → judge → learn) → annotate. In go chunks of line protocol,
 * out come the same points, the anomalous ones annotated. Whatever goes wrong on the way, the bytes go on.
 */
import { Annotate, AnnotationNames } from './annotate.ts';
import { Batch } from './batch.ts';
import type { Config } from './config.ts';
import { Detect, Watch } from './detect.ts';
import { Findings } from './findings.ts';
import { Limited, type Log, textOf } from './log.ts';
import { parse } from './parse.ts';
import { type Block, Reader } from './read.ts';
import { Select } from './select.ts';
import { type Counts, createCounts } from './stats.ts';

/**
 * A point may grow so large before we give up waiting for its end: a string that is never closed would hold
 * everything behind it. Telegraf's users have lines of several MB.
 */
const LARGEST_POINT = 32 << 20;
const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

export class Pipeline {
  readonly counts: Counts = createCounts();
  readonly watches: readonly Watch[];
  readonly #reader = new Reader();
  readonly #batch = new Batch();
  readonly #findings = new Findings();
  readonly #select: Select;
  readonly #detect: Detect;
  readonly #annotate: Annotate;
  readonly #malformed: Limited;
  readonly #detectorFailed: Limited;
  readonly #roadFailed: Limited;
  /** We are in the middle of a line whose head has been passed on unparsed. */
  #inLine = false;

  constructor(config: Config, log: Log) {
    this.watches = config.detectors.map(
      ({ detector, options, policy }, index) => new Watch(index, policy, detector.create(options)),
    );
    const names = new AnnotationNames(config.agent.annotation_prefix);
    this.#select = new Select(this.watches, names);
    this.#detect = new Detect(this.#findings, this.counts, config.agent.late_limit, (watch, value, error) =>
      this.#detectorFailed.say(
        () =>
          `DETECTOR_FAILED: ${watch.policy.alias} on ${this.#describe(value)}: ${textOf(error)}; its points pass unscored`,
      ),
    );
    this.#annotate = new Annotate(this.watches, names, this.counts);
    this.#malformed = new Limited(log.warn, 1);
    this.#detectorFailed = new Limited(log.error, 60);
    this.#roadFailed = new Limited(log.error, 60);
  }

  /** Takes the next chunk and gives the bytes to write for it; they are valid until the next call. */
  process(chunk: Uint8Array): Uint8Array {
    return this.#road(this.#reader.add(chunk), false);
  }

  /** No more chunks. Gives what is left: a line without its end may have been cut, and is passed on unparsed. */
  end(): Uint8Array {
    return this.#road(this.#reader.add(NOTHING), true);
  }

  #road(block: Block, last: boolean): Uint8Array {
    const batch = this.#batch;
    let parsed = false;
    try {
      this.#parse(block, last);
      parsed = true;
      this.#findings.reset(batch.points);
      this.#select.run(batch);
      for (const watch of this.watches) this.#detect.run(watch, batch);
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

  /** The series of a value, for messages. */
  #describe(value: number): string {
    const { bytes } = this.#batch.block!;
    const point = this.#batch.pointOf[value]!;
    const tagSet = bytes.toString('utf8', this.#batch.keyStart[point]!, this.#batch.keyEnd[point]!);
    const field = bytes.toString('utf8', this.#batch.fieldStart[value]!, this.#batch.fieldEnd[value]!);
    return `${tagSet} ${field}`;
  }
}
