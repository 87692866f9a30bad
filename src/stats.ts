/** What the program counts of itself, and the point of line protocol that tells it. */
import type { Quantiles } from './latency.ts';

/** What the road counts. */
export interface Counts {
  /** Points seen, those without a number too. */
  points: number;
  /** Values scored. */
  values: number;
  /** Points that left with an annotation of an anomaly. */
  flagged: number;
  /** Transitions out of ok. */
  alarms: number;
  /** Values at or before their series' last time: passed on, not scored. */
  late: number;
  /** Series whose time started again, because a clock had been wrong. */
  restarted: number;
  /** Series that began anew, because their last value was longer ago than idle_expiry. */
  forgotten: number;
  /** Lines that are no points. */
  malformed: number;
  /** Exceptions, and scores that are not finite. */
  failures: number;
}

export function createCounts(): Counts {
  return {
    points: 0,
    values: 0,
    flagged: 0,
    alarms: 0,
    late: 0,
    restarted: 0,
    forgotten: 0,
    malformed: 0,
    failures: 0,
  };
}

/** What is known of the state. */
export interface StateFigures {
  /** Rows in memory, and those only in the store; as they are now. */
  readonly hotRows: number;
  readonly coldRows?: number;
  /** Pages and tag sets that came back from the store, and pages that left for it; since the start. */
  readonly recalls: number;
  readonly evictions: number;
  /** Values that passed unscored because their rows could not be had. */
  readonly unscored: number;
  /** Pages and records that were damaged on disk. */
  readonly damaged: number;
  /** Seconds since the last whole snapshot, and how long it took; absent before the first. */
  readonly snapshotAge?: number;
  readonly snapshotDuration?: number;
  /** Bytes that the state takes, and may take. */
  readonly memory: number;
  readonly memoryLimit: number;
}

export interface Figures {
  /** Since the start, as the totals of Telegraf's own internal metrics. */
  readonly counts: Readonly<Counts>;
  readonly state: StateFigures;
  /** Of the chunks since the last point; undefined when there was none. */
  readonly latency: Quantiles | undefined;
  /** Bytes of the whole process. */
  readonly resident: number;
}

/** Named as Telegraf's internal_agent, internal_write and so on. */
/** Of our own figures. */
export const STATS_MEASUREMENT = 'internal_anomaly';

/**
 * The figures as one point with its newline. A figure that is absent or not finite is left out.
 *
 * @param tags tell the processes apart that write to one bucket; names and values as text, an empty one is left out
 * @param time milliseconds since 1970
 */
export function figuresPoint(figures: Figures, tags: Readonly<Record<string, string>>, time: number): Buffer {
  const { counts, state, latency, resident } = figures;
  const integers = {
    ...counts,
    hot_rows: state.hotRows,
    cold_rows: state.coldRows,
    recalls: state.recalls,
    evictions: state.evictions,
    unscored: state.unscored,
    damaged: state.damaged,
    memory_bytes: state.memory,
    memory_limit_bytes: state.memoryLimit,
    resident_bytes: resident,
  };
  const decimals = {
    snapshot_age_seconds: state.snapshotAge,
    snapshot_duration_seconds: state.snapshotDuration,
    chunk_latency_p50_ms: latency?.p50,
    chunk_latency_p99_ms: latency?.p99,
    chunk_latency_max_ms: latency?.max,
  };
  const fields = [
    ...fieldsOf(integers, (value) => `${Math.round(value)}i`),
    ...fieldsOf(decimals, (value) => String(Number(value.toPrecision(6)))),
  ];
  const tagTexts = Object.entries(tags)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `,${escaped(key)}=${escaped(value)}`);
  return Buffer.from(
    `${STATS_MEASUREMENT}${tagTexts.join('')} ${fields.join(',')} ${BigInt(time) * 1_000_000n}\n`,
  );
}

function fieldsOf(values: object, text: (value: number) => string): string[] {
  return Object.entries(values)
    .filter(([, value]) => Number.isFinite(value))
    .map(([key, value]) => `${key}=${text(value)}`);
}

/** As Telegraf would write it, which takes neither line breaks nor a backslash at the end. */
function escaped(text: string): string {
  return text
    .replace(/\p{Cc}/gu, '_')
    .replace(/\\+$/, '')
    .replace(/[,= ]/g, '\\$&');
}
