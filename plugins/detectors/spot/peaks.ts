/**
 * One side of a series: a threshold that few values pass, the excesses of the last ones that did, and the excess that
 * one value in 1 / `risk` passes, by the generalised Pareto distribution fitted to them. Up is outwards: the lower
 * side is given its values negated.
 */
import type { Rows } from '../../../src/detector.ts';
import { fitPareto, paretoQuantile, SCALE, SHAPE } from '../../../src/math/gpd.ts';

/** Places in the row. */
const THRESHOLD = 0;
/** What a value may exceed the threshold by. */
const REACH = 1;
/** Values beyond the threshold, those long ago counted for less if the guard is on. */
const PEAKS = 2;
/** Excesses put into the ring since the start. */
const KEPT = 3;
/** Of the excesses in the ring, so that they fit into float32 whatever the unit of the field. */
const UNIT = 4;
/** Of the distribution: 1 / its density at the threshold. */
const SPREAD = 5;
/** Of the distribution: its shape. */
const BEND = 6;
/** The ring, in float32. During the warm-up it holds the largest values so far in order, in float64. */
const RING = 7;

/** With the guard on. Otherwise a few spikes put the limit out of reach of the next. */
const MOST_SHAPE = 0.2;
const HEAVIEST = Number.POSITIVE_INFINITY;

const LARGEST_F32 = 3e38;
const SMALLEST_F32 = 1e-37;

const fit = new Float64Array(2);

export interface PeaksOptions {
  /** Share of the values that pass a limit. */
  readonly risk: number;
  /** Share of the values below the threshold. */
  readonly level: number;
  readonly max_excesses: number;
  readonly guard: boolean;
  /** Values from which the threshold is found. */
  readonly first: number;
  /** How many of those are at the threshold or beyond. */
  readonly beyond: number;
}

export class Peaks {
  readonly width: number;
  readonly #options: PeaksOptions;

  constructor(options: PeaksOptions) {
    this.#options = options;
    this.width = RING + Math.ceil(options.max_excesses / 2);
  }

  threshold(f64: Float64Array, at: number): number {
    return f64[at + THRESHOLD]!;
  }

  limit(f64: Float64Array, at: number): number {
    return f64[at + THRESHOLD]! + f64[at + REACH]!;
  }

  /** Takes one of the first values, of which only the largest matter. */
  collect({ f64 }: Rows, at: number, value: number): void {
    const held = f64[at + KEPT]!;
    const full = held === this.#options.beyond;
    const list = at + RING;
    if (full && value <= f64[list]!) return;
    // Ascending, so that the threshold will be the first: what is smaller moves down by one, the smallest out.
    let place = full ? 1 : 0;
    for (; place < held && f64[list + place]! < value; place++)
      if (full) f64[list + place - 1] = f64[list + place]!;
    if (full) place--;
    else {
      for (let i = held; i > place; i--) f64[list + i] = f64[list + i - 1]!;
      f64[at + KEPT] = held + 1;
    }
    f64[list + place] = value;
  }

  /** Ends the warm-up: the first values have been collected. */
  start(rows: Rows, at: number): void {
    const { f64 } = rows;
    const held = f64[at + KEPT]!;
    const threshold = f64[at + RING]!;
    f64[at + THRESHOLD] = threshold;
    f64[at + UNIT] = f64[at + RING + held - 1]! - threshold;
    f64[at + KEPT] = 0;
    // The ring grows over the list more slowly than the list is read.
    for (let i = 1; i < held; i++) {
      const excess = f64[at + RING + i]! - threshold;
      if (excess > 0) this.#keep(rows, at, excess);
    }
    f64[at + PEAKS] = f64[at + KEPT]!;
    if (f64[at + PEAKS]! > 0) this.#fit(rows, at, this.#options.first);
  }

  /**
   * Learns a value.
   * @param total values learned, this one included, those long ago counted for less by `decay` a value
   */
  learn(rows: Rows, at: number, value: number, total: number, decay: number): void {
    const { f64 } = rows;
    const excess = value - f64[at + THRESHOLD]!;
    const peak = excess > 0;
    f64[at + PEAKS] = decay * f64[at + PEAKS]! + (peak ? 1 : 0);
    if (peak) {
      this.#keep(rows, at, excess);
      this.#fit(rows, at, total);
    }
    if (this.#options.guard) this.#follow(f64, at, peak, total);
  }

  /** Moves the threshold to where the share `level` is below it: by stochastic approximation, with the step of least error. */
  #follow(f64: Float64Array, at: number, peak: boolean, total: number): void {
    const step = f64[at + SPREAD]! / total;
    const { level } = this.#options;
    f64[at + THRESHOLD]! += peak ? (step * level) / (1 - level) : -step;
  }

  #keep({ f64, f32 }: Rows, at: number, excess: number): void {
    if (f64[at + UNIT] === 0) f64[at + UNIT] = excess;
    const kept = f64[at + KEPT]!;
    const inUnits = excess / f64[at + UNIT]!;
    const place = 2 * (at + RING) + (kept % this.#options.max_excesses);
    f32[place] = inUnits > LARGEST_F32 ? LARGEST_F32 : inUnits < SMALLEST_F32 ? SMALLEST_F32 : inUnits;
    f64[at + KEPT] = kept + 1;
  }

  #fit({ f64, f32 }: Rows, at: number, total: number): void {
    const { max_excesses, risk, guard } = this.#options;
    const kept = f64[at + KEPT]!;
    const unit = f64[at + UNIT]!;
    const length = kept < max_excesses ? kept : max_excesses;
    const near = (f64[at + BEND]! * unit) / f64[at + SPREAD]!;
    fitPareto(f32, 2 * (at + RING), length, guard ? 0 : -1, guard ? MOST_SHAPE : HEAVIEST, fit, near);
    const probability = (risk * total) / f64[at + PEAKS]!;
    const reach = probability < 1 ? unit * paretoQuantile(fit[SHAPE]!, fit[SCALE]!, probability) : 0;
    f64[at + REACH] = reach;
    f64[at + SPREAD] = unit * fit[SCALE]!;
    f64[at + BEND] = fit[SHAPE]!;
  }
}
