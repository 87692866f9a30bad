/**
 * What a configured detector makes of labelled series, by the road that `run` goes: parsing, lateness, learning and
 * the judge are the program's own. Only the scores are read on their way, since annotations round them.
 */
import type { Config, DetectorConfig } from '../config.ts';
import type { Detector, Instance } from '../detector.ts';
import { strangenessOf } from '../judge.ts';
import { createLog } from '../log.ts';
import { Pipeline } from '../pipeline.ts';
import type { Direction, Selectors } from '../policy.ts';
import { Refusal } from '../refusal.ts';
import type { Counts } from '../stats.ts';
import type { Series } from './corpus.ts';

export interface Scored {
  /** By row: the magnitude of the score in the direction that is watched; 0 where the row was not scored. */
  readonly strangeness: Float64Array;
  /** The rows at which the judge opened an alarm, in order. */
  readonly alarms: readonly number[];
}

/** Every series is watched. */
const UNSELECTIVE: Selectors = {
  namepass: [],
  namedrop: [],
  tagpass: {},
  tagdrop: {},
  fieldinclude: [],
  fieldexclude: [],
};
/** Bytes that go down the road at once, as from a pipe. */
const CHUNK = 64 << 10;

/** A series as line protocol, made once for all settings. */
export class Points {
  readonly series: Series;
  readonly bytes: Buffer;
  /** By point: its row, as rows without a value have no point; and its time as the road will have it. */
  readonly rows: readonly number[];
  readonly seconds: Float64Array<ArrayBuffer>;

  /** @param number tells the series apart */
  constructor(series: Series, number: number) {
    this.series = series;
    this.rows = [...series.values.keys()].filter((row) => Number.isFinite(series.values[row]));
    const nanoseconds = this.rows.map((row) => BigInt(Math.round(series.seconds[row]! * 1e6)) * 1000n);
    this.seconds = Float64Array.from(nanoseconds, (time) => Number(time) / 1e9);
    const lines = this.rows.map(
      (row, at) => `evaluated,series=${number} v=${series.values[row]} ${nanoseconds[at]}\n`,
    );
    this.bytes = Buffer.from(lines.join(''));
  }
}

/** Runs a detector over each series from nothing. Throws a Refusal when it fails on one. */
export async function scoresOf(
  { detector, options, policy }: DetectorConfig,
  { agent, state }: Pick<Config, 'agent' | 'state'>,
  all: readonly Points[],
): Promise<Scored[]> {
  const complaints: string[] = [];
  const log = createLog('warn', { write: (line) => complaints.push(line) });
  const tap = new Tap(detector);
  const watched: DetectorConfig = {
    detector: tap.detector,
    options,
    policy: { ...policy, ...UNSELECTIVE, annotate: 'tags', score_fields: false },
  };
  const pipeline = new Pipeline({ agent, state: { ...state, store: 'memory' }, detectors: [watched] }, log);
  const { counts } = pipeline;
  const scored: Scored[] = [];
  for (const points of all) {
    tap.begin(points.seconds, counts);
    for (let from = 0; from < points.bytes.length; from += CHUNK)
      await pipeline.process(points.bytes.subarray(from, from + CHUNK));
    tap.end();
    if (counts.failures + counts.malformed > 0)
      throw new Refusal(
        'EVALUATE_DETECTOR_FAILED',
        `${policy.alias} on ${points.series.name}: ${complaints[0]?.trim()}`,
      );
    scored.push({
      strangeness: strangenessByRow(points, tap.scores, policy.direction),
      alarms: tap.alarms.map((point) => points.rows[point]!),
    });
  }
  return scored;
}

/** Stands before a detector and notes what it answers, and what the road then counts. */
class Tap {
  readonly detector: Detector;
  /** By point; NaN where the road passed over it, as over late ones and duplicates. */
  scores = new Float64Array(0);
  /** The points at which an alarm opened. */
  alarms: number[] = [];
  #seconds = new Float64Array(0);
  #counts: Pick<Counts, 'alarms'> = { alarms: 0 };
  /** Alarms before this series, and the point that may be next. */
  #before = 0;
  #point = 0;

  constructor(detector: Detector) {
    this.detector = {
      ...detector,
      options: (types) => detector.options(types),
      create: (options) => this.#tapped(detector.create(options)),
    };
  }

  /** The points of these times come next. */
  begin(seconds: Float64Array<ArrayBuffer>, counts: Pick<Counts, 'alarms'>): void {
    this.#seconds = seconds;
    this.#counts = counts;
    this.#before = counts.alarms;
    this.#point = 0;
    this.scores = new Float64Array(seconds.length).fill(Number.NaN);
    this.alarms = [];
  }

  /** No more of them. */
  end(): void {
    // The judge speaks after the detector: what it counted since belongs to the last point that was scored.
    if (this.#counts.alarms - this.#before > this.alarms.length) this.alarms.push(this.#point - 1);
  }

  /** Stands before the instance and not inside: a way to a score may lead over another one, and counts once. */
  #tapped(instance: Instance): Instance {
    const { update, band, accept } = instance;
    return {
      width: instance.width,
      score: this.#noting((...value) => instance.score(...value)),
      learn: (...value) => instance.learn(...value),
      ...(update && { update: this.#noting(update.bind(instance)) }),
      ...(band && { band: band.bind(instance) }),
      ...(accept && { accept: accept.bind(instance) }),
    };
  }

  #noting(ask: Instance['score']): Instance['score'] {
    return (rows, at, time, value) => {
      this.end();
      const answer = ask(rows, at, time, value);
      while (this.#seconds[this.#point] !== time && this.#point < this.scores.length) this.#point++;
      this.scores[this.#point++] = answer;
      return answer;
    };
  }
}

function strangenessByRow(
  { series, rows }: Points,
  scores: Float64Array,
  direction: Direction,
): Float64Array {
  const strangeness = new Float64Array(series.values.length);
  for (const [point, row] of rows.entries()) {
    const score = scores[point]!;
    if (!Number.isNaN(score)) strangeness[row] = strangenessOf(score, direction);
  }
  return strangeness;
}
