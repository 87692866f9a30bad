/**
 * The interface of a detector: an algorithm that scores the next value of a series, then learns it.
 * Types only; a third party's detector (`module = "./mine.js"`) default-exports the same object.
 */
import type { z } from 'zod';
import type { OptionTypes } from './options.ts';

/** One page of rows, the same memory in two widths: `f32[2 * at + i]` lies inside `f64[at]` and on. */
export interface Rows {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
}

/** A detector with its options settled. Keeps nothing about a series outside that series' row. */
export interface Instance {
  /** float64 of state per series. A new series' row is all zeros. */
  readonly width: number;
  /**
   * How strange `value` (field units) is at `time` (seconds, event time): positive above the expectation,
   * negative below, 0 while warming up; always finite. Changes nothing in the row.
   */
  score(rows: Rows, at: number, time: number, value: number): number;
  /**
   * Learns the value. Follows at once on `score` of the same row and may use what that call left in the
   * instance. The value may have been winsorised, and the call may be skipped.
   */
  learn(rows: Rows, at: number, time: number, value: number): void;
  /**
   * Scores and learns at once; the same as `score` and `learn` in turn. For a detector that bounds by itself what an
   * outlier teaches it: where this is given, nothing stands between the two, and no value is winsorised for it.
   */
  update?(rows: Rows, at: number, time: number, value: number): number;
  /**
   * Fills `out` with [expected, lower, upper] in field units, as they stand before learning. May follow at once on
   * `update` of the same row, and answers then what stood before that.
   */
  band?(rows: Rows, at: number, time: number, out: Float64Array): void;
  /** What has been strange for so long is normal from now on. Without it the row is emptied and learns afresh. */
  accept?(rows: Rows, at: number): void;
}

/** What a plugin's module exports as `default`. */
export interface Detector<Options = unknown> {
  /** As in `[[detectors.NAME]]`; the plugin's folder has the same name. */
  readonly name: string;
  /** Of the row's meaning: a row of another version is dropped, never misread. */
  readonly version: number;
  /** The default of the option `threshold`, in the detector's own score. */
  readonly threshold: number;
  /**
   * Of a detector whose scores mean the same in every series, because it measures each by that series' own past: how much
   * higher a score is, as a share of `threshold`, that is e times rarer. An alarm budget of one a week begins at
   * `threshold` then; without it the tail of the series' scores is learned, which real anomalies make longer.
   */
  readonly decay?: number;
  /** Types, defaults, prose and units of the options: check, sample.conf and docs are made from them. */
  options(types: OptionTypes): z.ZodObject;
  create(options: Options): Instance;
}
