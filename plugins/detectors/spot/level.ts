/** What the series moves around: nothing, the mean of its last values, or a mean that fades by age. */

export type Drift = 'none' | 'window' | 'smooth';

export interface Level {
  /** float64s in the row. */
  readonly width: number;
  /** The level as it stands. */
  of(f64: Float64Array, at: number): number;
  /** Learns a value, before which it has learned `seen`. */
  learn(f64: Float64Array, at: number, value: number, seen: number): void;
}

export function levelOf(drift: Drift, points: number): Level {
  return drift === 'none' ? NONE : drift === 'window' ? new Window(points) : new Smooth(points);
}

const NONE: Level = { width: 0, of: () => 0, learn: () => {} };

/** The mean of the last `points` values, all of which it keeps. */
class Window implements Level {
  readonly width: number;
  readonly #points: number;

  constructor(points: number) {
    this.#points = points;
    this.width = 2 + points;
  }

  of(f64: Float64Array, at: number): number {
    const count = f64[at + 1]!;
    return count === 0 ? 0 : f64[at]! / (count < this.#points ? count : this.#points);
  }

  learn(f64: Float64Array, at: number, value: number): void {
    const count = f64[at + 1]!;
    const place = at + 2 + (count % this.#points);
    f64[at]! += value - f64[place]!;
    f64[place] = value;
    f64[at + 1] = count + 1;
    // What was taken away leaves a rounding error behind, or a large one after a large value: each round begins anew.
    if ((count + 1) % this.#points !== 0) return;
    let sum = 0;
    for (let i = at + 2; i < at + this.width; i++) sum += f64[i]!;
    f64[at] = sum;
  }
}

/** Loses 1 / `points` of its weight with every value. */
class Smooth implements Level {
  readonly width = 1;
  readonly #points: number;

  constructor(points: number) {
    this.#points = points;
  }

  of(f64: Float64Array, at: number): number {
    return f64[at]!;
  }

  learn(f64: Float64Array, at: number, value: number, seen: number): void {
    f64[at]! += (value - f64[at]!) / (seen < this.#points ? seen + 1 : this.#points);
  }
}
