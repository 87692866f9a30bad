/**
 * Z-score: how many standard deviations a value is from the recent mean.
 *
 * Mean and variance are weighted by age: with each value all older ones lose weight by the factor `decay`,
 *
 *   weight = decay * weight + 1
 *   mean += (value - mean) / weight
 *   variance += ((value - mean before) * (value - mean) - variance) / weight
 *
 * D. H. D. West, "Updating mean and variance estimates: an improved method", CACM 22 (1979); T. Finch,
 * "Incremental calculation of weighted mean and variance" (2009). Dividing by the weight that there really
 * is leaves no bias at the start, which a fixed share per value has.
 */
import type { Detector, Instance, Rows } from '../../../src/detector.ts';
import { bounded, LARGEST, SMALLEST } from '../../../src/math/bounded.ts';

interface Options {
  memory_points: number;
  /** Seconds. */
  memory?: number | undefined;
  warmup: number;
  min_stddev: number;
  min_stddev_ratio: number;
}

/** Places in the row. TIME is there only when memory is a duration. */
const MEAN = 0;
const VARIANCE = 1;
const WEIGHT = 2;
const TIME = 3;

/** The band is what holds nearly all values, not where the alarm begins. */
const BAND_DEVIATIONS = 3;

class ZScore implements Instance {
  readonly width: number;
  readonly #warmup: number;
  /** Seconds; 0 when the memory is counted in points. */
  readonly #memory: number;
  /** Of one step: fixed when the memory is counted in points, else the least, so that `warmup` values still count. */
  readonly #decay: number;
  readonly #minStddev: number;
  readonly #minStddevRatio: number;

  constructor(options: Options) {
    this.#warmup = options.warmup;
    this.#memory = options.memory ?? 0;
    this.#decay = 1 - 1 / (options.memory === undefined ? options.memory_points : options.warmup);
    this.width = options.memory === undefined ? 3 : 4;
    this.#minStddev = Math.max(options.min_stddev, SMALLEST);
    this.#minStddevRatio = options.min_stddev_ratio;
  }

  score({ f64 }: Rows, at: number, _time: number, value: number): number {
    if (f64[at + WEIGHT]! < this.#warmup) return 0;
    return (bounded(value) - f64[at + MEAN]!) / this.#deviation(f64, at);
  }

  learn({ f64 }: Rows, at: number, time: number, value: number): void {
    const decay = this.#memory === 0 ? this.#decay : this.#elapse(f64, at, time);
    // Nothing is forgotten during the warm-up: until its end the weight is the number of values. It never falls
    // below `warmup` again, as no decay is less than 1 - 1 / warmup.
    const before = f64[at + WEIGHT]!;
    const weight = before < this.#warmup ? before + 1 : decay * before + 1;
    const share = 1 / weight;
    const change = bounded(value) - f64[at + MEAN]!;
    const step = change * share;
    f64[at + MEAN]! += step;
    f64[at + VARIANCE]! += (change * (change - step) - f64[at + VARIANCE]!) * share;
    f64[at + WEIGHT] = weight;
  }

  band({ f64 }: Rows, at: number, _time: number, out: Float64Array): void {
    const mean = f64[at + MEAN]!;
    const half = BAND_DEVIATIONS * this.#deviation(f64, at);
    out[0] = mean;
    out[1] = mean - half;
    out[2] = mean + half;
  }

  #deviation(f64: Float64Array, at: number): number {
    const deviation = Math.sqrt(f64[at + VARIANCE]!);
    const share = Math.abs(f64[at + MEAN]!) * this.#minStddevRatio;
    const least = share > this.#minStddev ? share : this.#minStddev;
    return deviation > least ? deviation : least;
  }

  /** The decay of the step from the series' last value to `time`. Time that runs backwards stands still. */
  #elapse(f64: Float64Array, at: number, time: number): number {
    const elapsed = time - f64[at + TIME]!;
    f64[at + TIME] = time;
    const decay = elapsed > 0 ? Math.exp(-elapsed / this.#memory) : 1;
    return decay > this.#decay ? decay : this.#decay;
  }
}

const zscore: Detector<Options> = {
  name: 'zscore',
  version: 1,
  // Real series have heavy tails: at 3 a bell curve flags 3 values in 1000 and they 11 to 37, at 6 they 3 to 6.
  threshold: 6,

  options: ({ z, memory }) => {
    const { shape, fits } = memory(
      30,
      'Values after which an old one counts for 37 % of the newest. More: a steadier mean, slower to ' +
        'follow a lasting change.',
    );
    return z
      .object({
        ...shape,
        min_stddev_ratio: z
          .number()
          .min(0)
          .max(1)
          .default(0.001)
          .describe(
            'Least standard deviation, as a share of the mean, so that a series that hardly ever moves is not ' +
              'flagged for a little.',
          ),
        min_stddev: z
          .number()
          .min(0)
          .max(LARGEST)
          .default(1e-9)
          .describe('Least standard deviation, in the unit of the field. The larger of the two counts.'),
      })
      .superRefine(fits);
  },

  create: (options) => new ZScore(options),
};

export default zscore;
