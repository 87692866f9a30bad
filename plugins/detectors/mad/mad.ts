/**
 * The robust z-score: how far a value is from the median, in median absolute deviations. Both are followed by
 * stochastic approximation, which keeps no values: each new one moves an estimate up or down by a step that
 * depends on which side it fell, never on how far away it was.
 *
 *   median    += share * 3.14 * spread * (±1/2)          share = 1 / what all values weigh
 *   deviation += share * 1.97 * spread * (±1/2)
 *   spread    += share * (min(|value - median|, (10 + 0.1 / share) * spread) - spread)
 *
 * H. Robbins, S. Monro, "A stochastic approximation method", Ann. Math. Stat. 22 (1951). The factors are those of
 * the least error for a bell curve, 1 / density at the quantile; with others it only takes longer. `spread`, the mean
 * absolute deviation, gives the steps their unit, and takes the place of a deviation that is zero because most
 * values are equal.
 */
import type { Detector, Instance, Rows } from '../../../src/detector.ts';
import { bounded, LARGEST, SMALLEST } from '../../../src/math/bounded.ts';
import { Memory } from '../../../src/math/memory.ts';

interface Options {
  memory_points: number;
  /** Seconds. */
  memory?: number | undefined;
  warmup: number;
  min_spread: number;
  min_spread_ratio: number;
}

/** Places in the row. */
const MEDIAN = 0;
const DEVIATION = 1;
const SPREAD = 2;
/** The memory's; first what all values weigh, which are so many until some are forgotten. */
const WEIGHT = 3;

/** Of a bell curve with mean absolute deviation 1: half of 1 / its density at the median ... */
const MEDIAN_STEP = Math.PI / 2;
/** ... and half of 1 / the density of the absolute deviation at its median. */
const DEVIATION_STEP = 0.986;
/** Standard deviations in a median absolute deviation of 1 ... */
const FROM_DEVIATION = 1 / 0.6744897501960817;
/** ... and in half of a mean absolute deviation of 1. */
const FROM_SPREAD = Math.sqrt(Math.PI / 2) / 2;
/** A value counts in the spread for no more than LEAST_CAP spreads, and what makes the spread grow by a tenth. */
const LEAST_CAP = 10;
const GROWTH = 0.1;
/** The band is what holds nearly all values, not where the alarm begins. */
const BAND_DEVIATIONS = 3;

class Mad implements Instance {
  readonly width: number;
  readonly #memory: Memory;
  readonly #warmup: number;
  readonly #minSpread: number;
  readonly #minSpreadRatio: number;

  constructor(options: Options) {
    this.#memory = new Memory(options.memory_points, options.memory, options.warmup);
    this.width = WEIGHT + this.#memory.width;
    this.#warmup = options.warmup;
    this.#minSpread = Math.max(options.min_spread, SMALLEST);
    this.#minSpreadRatio = options.min_spread_ratio;
  }

  score({ f64 }: Rows, at: number, _time: number, value: number): number {
    if (f64[at + WEIGHT]! < this.#warmup) return 0;
    return (bounded(value) - f64[at + MEDIAN]!) / this.#scale(f64, at);
  }

  learn({ f64 }: Rows, at: number, time: number, value: number): void {
    if (f64[at + WEIGHT] === 0) f64[at + MEDIAN] = bounded(value);
    const weight = this.#memory.step(f64, at + WEIGHT, time);
    const share = 1 / weight;
    const spread = f64[at + SPREAD]!;
    const difference = bounded(value) - f64[at + MEDIAN]!;
    const distance = difference < 0 ? -difference : difference;
    const most = (LEAST_CAP + GROWTH * weight) * spread;
    f64[at + SPREAD]! += share * ((distance > most && spread > 0 ? most : distance) - spread);
    const unit = share * f64[at + SPREAD]!;
    if (difference > 0) f64[at + MEDIAN]! += nearer(MEDIAN_STEP * unit, distance);
    else if (difference < 0) f64[at + MEDIAN]! -= nearer(MEDIAN_STEP * unit, distance);
    const beyond = distance - f64[at + DEVIATION]!;
    if (beyond > 0) f64[at + DEVIATION]! += nearer(DEVIATION_STEP * unit, beyond);
    else f64[at + DEVIATION]! -= nearer(DEVIATION_STEP * unit, -beyond);
  }

  band({ f64 }: Rows, at: number, _time: number, out: Float64Array): void {
    const median = f64[at + MEDIAN]!;
    const half = BAND_DEVIATIONS * this.#scale(f64, at);
    out[0] = median;
    out[1] = median - half;
    out[2] = median + half;
  }

  /** In standard deviations of a bell curve. */
  #scale(f64: Float64Array, at: number): number {
    const deviation = FROM_DEVIATION * f64[at + DEVIATION]!;
    const spread = FROM_SPREAD * f64[at + SPREAD]!;
    const share = Math.abs(f64[at + MEDIAN]!) * this.#minSpreadRatio;
    let scale = deviation > spread ? deviation : spread;
    if (scale < share) scale = share;
    return scale > this.#minSpread ? scale : this.#minSpread;
  }
}

/** A step ends at the value at the latest: where most values are equal, the median is theirs. */
function nearer(step: number, distance: number): number {
  return step < distance ? step : distance;
}

const mad: Detector<Options> = {
  name: 'mad',
  version: 1,
  // Real series have heavy tails, which leave the median deviation as it is: beyond 6 are 21 values in 1000, beyond 10 nine.
  threshold: 10,

  options: ({ z, memory }) => {
    const { shape, fits } = memory(
      100,
      'About how many of the last values count. More: a steadier median, slower to follow a lasting change.',
    );
    return z
      .object({
        ...shape,
        min_spread_ratio: z
          .number()
          .min(0)
          .max(1)
          .default(0.001)
          .describe(
            'Least deviation, as a share of the median, so that a series that hardly ever moves is not flagged ' +
              'for a little.',
          ),
        min_spread: z
          .number()
          .min(0)
          .max(LARGEST)
          .default(1e-9)
          .describe('Least deviation, in the unit of the field. The larger of the two counts.'),
      })
      .superRefine(fits);
  },

  create: (options) => new Mad(options),
};

export default mad;
