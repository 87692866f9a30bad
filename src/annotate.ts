/**
 * Splices what the detectors found into the bytes of the flagged points: tags at the end of the tag set,
 * fields behind the last field. All other bytes stay as they came.
 */
import type { Batch } from './batch.ts';
import { eventLine } from './event.ts';
import type { Finding, Findings } from './findings.ts';
import { LEVELS, OK } from './judge.ts';
import { numberText, quoted, reasonOf, shortText } from './reason.ts';
import type { Counts } from './stats.ts';
import { unescapeName, withoutTags } from './tagset.ts';
import type { Watch } from './watch.ts';

/** The names of the tags and fields that we add. */
export class AnnotationNames {
  // As bytes, one character each.
  readonly level: string;
  readonly detector: string;
  readonly score: string;
  readonly surprise: string;
  readonly threshold: string;
  readonly flaggedFields: string;
  readonly reason: string;
  /** What an earlier layer of Telegraf may have added, as text. */
  readonly tags: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;

  constructor(prefix: string) {
    const tags = [prefix, `${prefix}_detector`] as const;
    const fields = [
      `${prefix}_score`,
      `${prefix}_surprise`,
      `${prefix}_threshold`,
      `${prefix}_fields`,
      `${prefix}_reason`,
    ] as const;
    [this.level, this.detector] = [bytesOf(tags[0]), bytesOf(tags[1])];
    [this.score, this.surprise] = [bytesOf(fields[0]), bytesOf(fields[1])];
    [this.threshold, this.flaggedFields, this.reason] = [
      bytesOf(fields[2]),
      bytesOf(fields[3]),
      bytesOf(fields[4]),
    ];
    this.tags = new Set(tags);
    this.fields = new Set([...tags, ...fields]);
  }
}

const NEWLINE = 10;

/** What `score_fields` adds to a field's name. */
const SCORE_SUFFIX = '_score';
const SURPRISE_SUFFIX = '_surprise';
export const SUFFIXES: readonly string[] = [SCORE_SUFFIX, SURPRISE_SUFFIX];

export class Annotate {
  readonly #watches: readonly Watch[];
  readonly #names: AnnotationNames;
  readonly #aliases: readonly { tag: string; text: string }[];
  #output = Buffer.alloc(0);
  #length = 0;
  readonly #counts: Counts;

  constructor(watches: readonly Watch[], names: AnnotationNames, counts: Counts) {
    this.#counts = counts;
    this.#watches = watches;
    this.#names = names;
    this.#aliases = watches.map(({ policy }) => ({
      tag: bytesOf(policy.alias.replace(/[,= ]/g, '\\$&')),
      text: bytesOf(policy.alias),
    }));
  }

  /** The bytes to write for the batch; they belong to the block or to this object, and are valid until the next call. */
  run(batch: Batch, findings: Findings): Buffer {
    const { bytes } = batch.block!;
    if (findings.count === 0) return bytes.subarray(0, batch.end);
    this.#length = 0;
    let from = 0;
    for (let point = 0; point < batch.points; point++) {
      if (!findings.has(point)) continue;
      const found = findings.of(point);
      const { tags, fields } = this.#texts(batch, point, found);
      const keyEnd = batch.keyEnd[point]!;
      const fieldsEnd = batch.fieldsEnd[point]!;
      this.#append(bytes, from, keyEnd, tags);
      this.#append(bytes, keyEnd, fieldsEnd, fields);
      from = fieldsEnd;
      const events = this.#events(batch, point, found);
      if (events === '') continue;
      from = bytes.indexOf(NEWLINE, fieldsEnd) + 1;
      this.#append(bytes, fieldsEnd, from, events);
    }
    this.#append(bytes, from, batch.end, '');
    return this.#output.subarray(0, this.#length);
  }

  /** What goes behind a point's tag set and behind its fields. */
  #texts(batch: Batch, point: number, found: Finding[]): { tags: string; fields: string } {
    const keyOf = ({ value }: Finding) =>
      batch.block!.bytes.toString('latin1', batch.fieldStart[value]!, batch.fieldEnd[value]!);
    let fields = '';
    const scored = found.filter(
      ({ watch, score }) => this.#watches[watch]!.policy.score_fields && Number.isFinite(score),
    );
    // Where several instances score a field, the strangest speaks.
    const own = batch.block!.bytes.subarray(batch.keyEnd[point]!, batch.fieldsEnd[point]!);
    for (const [key, finding] of strangestBy(scored, keyOf)) {
      fields += this.#beside(own, key + SCORE_SUFFIX, finding.score);
      fields += this.#beside(own, key + SURPRISE_SUFFIX, finding.surprise);
    }
    const strange = found.filter(({ verdict }) => verdict !== OK);
    if (strange.length > 0) this.#counts.flagged++;
    const flagged = strange.filter(({ watch }) => this.#watches[watch]!.policy.annotate !== 'events');
    if (flagged.length === 0) return { tags: '', fields };

    const names = this.#names;
    const strangest = flagged.reduce((a, b) => (strangeness(b) > strangeness(a) ? b : a));
    const level = LEVELS[Math.max(...flagged.map(({ verdict }) => verdict)) as 1 | 2];
    const alias = this.#aliases[strangest.watch]!;
    const asTags = flagged.some(({ watch }) => this.#watches[watch]!.policy.annotate === 'tags');
    const keys = [...new Set(flagged.map((finding) => unescapeName(keyOf(finding))))].sort();
    if (!asTags) fields += `,${names.level}="${level}",${names.detector}=${quoted(alias.text)}`;
    fields += `,${names.score}=${numberText(strangest.score)}`;
    if (!Number.isNaN(strangest.surprise)) fields += `,${names.surprise}=${numberText(strangest.surprise)}`;
    fields += `,${names.threshold}=${shortText(strangest.threshold)}`;
    fields += `,${names.flaggedFields}=${quoted(keys.join(','))}`;
    fields += `,${names.reason}=${quoted(reasonOf({ ...strangest, value: strangest.given ?? batch.value[strangest.value]! }, keyOf(strangest)))}`;
    return { tags: asTags ? `,${names.level}=${level},${names.detector}=${alias.tag}` : '', fields };
  }

  /** A number as one more field, if it is one. A field of this name that the point brings is the user's, or an earlier layer's, and stays. */
  #beside(own: Buffer, name: string, number: number): string {
    if (Number.isNaN(number)) return '';
    if (own.includes(`,${name}=`, 0, 'latin1') || own.includes(` ${name}=`, 0, 'latin1')) return '';
    return `,${name}=${numberText(number)}`;
  }

  /** The points on alarms that begin or end with this one. */
  #events(batch: Batch, point: number, found: Finding[]): string {
    const { bytes } = batch.block!;
    let lines = '';
    for (const { alarm, value, watch } of found) {
      if (alarm === undefined) continue;
      const key = bytes.subarray(batch.keyStart[point]!, batch.keyEnd[point]!);
      const tagSet = withoutTags(key, this.#names.tags);
      const field = bytes.toString('latin1', batch.fieldStart[value]!, batch.fieldEnd[value]!);
      lines += eventLine(this.#names.level, tagSet, field, this.#aliases[watch]!.tag, alarm);
    }
    return lines;
  }

  /** Copies [from, to) of the bytes, then the text, whose characters are bytes. */
  #append(bytes: Buffer, from: number, to: number, text: string): void {
    const length = this.#length + (to - from) + text.length;
    if (length > this.#output.length) {
      const larger = Buffer.alloc(2 * length);
      this.#output.copy(larger, 0, 0, this.#length);
      this.#output = larger;
    }
    bytes.copy(this.#output, this.#length, from, to);
    this.#output.write(text, this.#length + to - from, 'latin1');
    this.#length = length;
  }
}

/** Detectors' scores have units of their own; against their thresholds they can be compared. */
function strangeness({ score, threshold }: Finding): number {
  return Math.abs(score) / threshold;
}

function strangestBy(found: Finding[], keyOf: (finding: Finding) => string): Map<string, Finding> {
  const strangest = new Map<string, Finding>();
  for (const finding of found) {
    const key = keyOf(finding);
    const other = strangest.get(key);
    if (other === undefined || strangeness(finding) > strangeness(other)) strangest.set(key, finding);
  }
  return strangest;
}

/** Text whose characters are the UTF-8 bytes of this one. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
