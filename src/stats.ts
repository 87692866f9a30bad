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
  return { points: 0, values: 0, flagged: 0, alarms: 0, late: 0, restarted: 0, forgotten: 0, malformed: 0, failures: 0 };
}
