/**
 * EWMA chart: a short memory of the series against a long one, in deviations of that difference.
 *
 *   short += max(smoothing, 1 / weight) * (value - short)              weight: of all values
 *   difference = short - mean
 *   mean += difference / weight
 *   variance += (difference * (short - mean) - variance) / weight
 *
 * S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959); T. Finch,
 * "Incremental calculation of weighted mean and variance" (2009). The chart of the books takes the deviation of
 * the short memory from that of the values, by a factor that holds only if they do not depend on one another.
 * Here it is learned, as values that are measured do depend on the last one.
 */
import type { Detector, Instance, Rows } from '../../../src/detector.ts';
import { bounded, LARGEST, SMALLEST } from '../../../src/math/bounded.ts';
import { Memory } from '../../../src/math/memory.ts';

interface Options {
  smoothing: number;
  memory_points: number;
  /** Seconds. */
  memory?: number | undefined;
  warmup: number;
  min_stddev: number;
  min_stddev_ratio: number;
}

/** Places in the row. */
const SHORT = 0;
const MEAN = 1;
const VARIANCE = 2;
/** The memory's; first what all values weigh, which are so many until some are forgotten. */
const WEIGHT = 3;

/** The band is what holds nearly all values, not where the alarm begins. */
const BAND_DEVIATIONS = 3;

class Ewma implements Instance {
  readonly width: number;
  readonly #smoothing: number;
  readonly #memory: Memory;
  readonly #warmup: number;
  readonly #minStddev: number;
  readonly #minStddevRatio: number;

  constructor(options: Options) {
    this.#smoothing = options.smoothing;
    this.#memory = new Memory(options.memory_points, options.memory, options.warmup);
    this.width = WEIGHT + this.#memory.width;
    this.#warmup = options.warmup;
    this.#minStddev = Math.max(options.min_stddev, SMALLEST);
    this.#minStddevRatio = options.min_stddev_ratio;
  }

  score({ f64 }: Rows, at: number, _time: number, value: number): number {
    if (f64[at + WEIGHT]! < this.#warmup) return 0;
    const short = f64[at + SHORT]!;
    const next = short + this.#smoothing * (bounded(value) - short);
    return (next - f64[at + MEAN]!) / this.#deviation(f64, at);
  }

  learn({ f64 }: Rows, at: number, time: number, value: number): void {
    const weight = this.#memory.step(f64, at + WEIGHT, time);
    const share = 1 / weight;
    // At the start both memories are the plain mean: a first value that is off does not linger in the short one.
    const smoothing = this.#smoothing > share ? this.#smoothing : share;
    const short = f64[at + SHORT]! + smoothing * (bounded(value) - f64[at + SHORT]!);
    const difference = short - f64[at + MEAN]!;
    const step = difference * share;
    f64[at + SHORT] = short;
    f64[at + MEAN]! += step;
    f64[at + VARIANCE]! += (difference * (difference - step) - f64[at + VARIANCE]!) * share;
  }

  /** For the value itself: it leaves the band when it alone would take the short memory `BAND_DEVIATIONS` away. */
  band({ f64 }: Rows, at: number, _time: number, out: Float64Array): void {
    const mean = f64[at + MEAN]!;
    const half = (BAND_DEVIATIONS * this.#deviation(f64, at)) / this.#smoothing;
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
}

const ewma: Detector<Options> = {
  name: 'ewma',
  version: 1,
  // As with the z-score: of 31 real series 3 values in 1000 are beyond it.
  threshold: 6,

  options: ({ z, memory }) => {
    const { shape, fits } = memory(
      100,
      'Values of the long memory: after so many an old one counts for 37 % of the newest.',
    );
    return z
      .object({
        smoothing: z
          .number()
          .min(0.001)
          .max(1)
          .default(0.2)
          .describe(
            'Share of the newest value in the short memory. Less: smaller shifts are found, later. ' +
              '1 is a z-score of the value itself.',
          )
          .meta({ shapes: true }),
        ...shape,
        min_stddev_ratio: z
          .number()
          .min(0)
          .max(1)
          .default(0.001)
          .describe(
            'Least deviation, as a share of the mean, so that a series that hardly ever moves is not flagged ' +
              'for a little.',
          ),
        min_stddev: z
          .number()
          .min(0)
          .max(LARGEST)
          .default(1e-9)
          .describe('Least deviation, in the unit of the field. The larger of the two counts.'),
      })
      .superRefine(fits)
      .refine((given) => given.memory !== undefined || given.smoothing * given.memory_points > 1, {
        path: ['smoothing'],
        message: 'smoothing must be more than 1 / memory_points: the short memory would be the longer one',
      });
  },

  create: (options) => new Ewma(options),
};

export default ewma;
