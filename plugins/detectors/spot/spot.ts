/**
 * SPOT and its kin: limits that a given share of the values passes, by extreme value theory.
 *
 * A. Siffer, P.-A. Fouque, A. Termier, C. Largouet, "Anomaly detection in streams with extreme value theory", KDD 2017.
 * `side` and `drift` choose among SPOT, biSPOT, DSPOT and biDSPOT. With `guard = false` the algorithm is that of the
 * paper: the threshold is found once, and what passes a limit is never learned. The guard is what keeps the limits
 * sound when the series changes: the threshold follows its quantile, what passes a limit is learned as if it had
 * just reached it, old values count for less, and no tail is taken to end somewhere.
 */
import type { Detector, Instance, Rows } from '../../../src/detector.ts';
import { bounded, LARGEST, SMALLEST } from '../../../src/math/bounded.ts';
import { type Drift, type Level, levelOf } from './level.ts';
import { Peaks } from './peaks.ts';

interface Options {
  side: 'upper' | 'lower' | 'both';
  drift: Drift;
  drift_points: number;
  q: number;
  level: number;
  warmup: number;
  max_excesses: number;
  guard: boolean;
  min_distance: number;
  min_distance_ratio: number;
}

/** Places in the row. */
/** Values learned in the warm-up. */
const SEEN = 0;
/** Values learned since the level is known, old ones counted for less if the guard is on. */
const TOTAL = 1;
/** The mean of what is left without the level. */
const CENTRE = 2;
const REST = 3;

/** A value on the limit has not passed it, as happens all the time where values are integers. */
const ON_THE_LIMIT = 1 - 1e-9;

class Spot implements Instance {
  readonly width: number;
  readonly #options: Options;
  readonly #level: Level;
  readonly #upper: Peaks | undefined;
  readonly #lower: Peaks | undefined;
  /** Places in the row. */
  readonly #upperAt: number;
  readonly #lowerAt: number;
  /** Values in the warm-up that only make the level. */
  readonly #leading: number;
  /** Values that count, at most. */
  readonly #memory: number;
  readonly #least: number;

  constructor(options: Options) {
    this.#options = options;
    this.#leading = options.drift === 'none' ? 0 : options.drift_points;
    this.#level = levelOf(options.drift, options.drift_points);
    const { q: risk, level, max_excesses, guard, warmup } = options;
    const first = warmup - this.#leading;
    const shape = { risk, level, max_excesses, guard, first };
    const [above, below] = counts(level, first);
    this.#upper = options.side === 'lower' ? undefined : new Peaks({ ...shape, beyond: above });
    this.#lower = options.side === 'upper' ? undefined : new Peaks({ ...shape, beyond: below });
    this.#upperAt = REST + this.#level.width;
    this.#lowerAt = this.#upperAt + (this.#upper?.width ?? 0);
    this.width = this.#lowerAt + (this.#lower?.width ?? 0);
    this.#memory = guard ? max_excesses / (1 - level) : Number.POSITIVE_INFINITY;
    this.#least = Math.max(options.min_distance, SMALLEST);
  }

  score({ f64 }: Rows, at: number, _time: number, value: number): number {
    if (f64[at + SEEN]! < this.#options.warmup) return 0;
    const level = this.#level.of(f64, at + REST);
    const centre = this.#centre(f64, at);
    const distance = (bounded(value) - level - centre) * ON_THE_LIMIT;
    if (distance > 0)
      return this.#upper === undefined ? 0 : distance / this.#reach(f64, at, level, centre, 1);
    return this.#lower === undefined ? 0 : distance / this.#reach(f64, at, level, centre, -1);
  }

  learn(rows: Rows, at: number, _time: number, value: number): void {
    const { f64 } = rows;
    const seen = f64[at + SEEN]!;
    const level = this.#level.of(f64, at + REST);
    const rest = bounded(value) - level;
    if (seen < this.#options.warmup) {
      f64[at + SEEN] = seen + 1;
      this.#level.learn(f64, at + REST, bounded(value), seen);
      if (seen >= this.#leading) this.#collect(rows, at, rest);
      return;
    }
    const centre = this.#centre(f64, at);
    const most = centre + this.#reach(f64, at, level, centre, 1);
    const least = centre - this.#reach(f64, at, level, centre, -1);
    const tamed = rest > most ? most : rest < least ? least : rest;
    if (tamed !== rest && !this.#options.guard && this.#watched(rest > most)) return;
    const learned = this.#options.guard ? tamed : rest;
    const before = f64[at + TOTAL]!;
    const decay = before < this.#memory ? 1 : 1 - 1 / this.#memory;
    const total = decay * before + 1;
    f64[at + TOTAL] = total;
    f64[at + CENTRE]! += (learned - f64[at + CENTRE]!) / total;
    this.#upper?.learn(rows, at + this.#upperAt, learned, total, decay);
    this.#lower?.learn(rows, at + this.#lowerAt, -learned, total, decay);
    this.#level.learn(f64, at + REST, level + learned, seen);
  }

  band({ f64 }: Rows, at: number, _time: number, out: Float64Array): void {
    const level = this.#level.of(f64, at + REST);
    const centre = this.#centre(f64, at);
    out[0] = level + centre;
    out[1] = level + centre - this.#reach(f64, at, level, centre, -1);
    out[2] = level + centre + this.#reach(f64, at, level, centre, 1);
  }

  #watched(up: boolean): boolean {
    return (up ? this.#upper : this.#lower) !== undefined;
  }

  #collect(rows: Rows, at: number, rest: number): void {
    const { f64 } = rows;
    const total = f64[at + TOTAL]! + 1;
    f64[at + TOTAL] = total;
    f64[at + CENTRE]! += (rest - f64[at + CENTRE]!) / total;
    this.#upper?.collect(rows, at + this.#upperAt, rest);
    this.#lower?.collect(rows, at + this.#lowerAt, -rest);
    if (f64[at + SEEN]! < this.#options.warmup) return;
    this.#upper?.start(rows, at + this.#upperAt);
    this.#lower?.start(rows, at + this.#lowerAt);
  }

  /** Between the thresholds, so that no limit lies on its other side. */
  #centre(f64: Float64Array, at: number): number {
    let centre = f64[at + CENTRE]!;
    const above = this.#upper?.threshold(f64, at + this.#upperAt) ?? Number.POSITIVE_INFINITY;
    if (centre > above) centre = above;
    const below = -(this.#lower?.threshold(f64, at + this.#lowerAt) ?? Number.POSITIVE_INFINITY);
    return centre < below ? below : centre;
  }

  /** From the centre to the limit; on a side that is not watched, as far as to the other. */
  #reach(f64: Float64Array, at: number, level: number, centre: number, side: 1 | -1): number {
    const upwards = this.#lower === undefined || (side > 0 && this.#upper !== undefined);
    const reach = upwards
      ? this.#upper!.limit(f64, at + this.#upperAt) - centre
      : this.#lower!.limit(f64, at + this.#lowerAt) + centre;
    const share = Math.abs(level + centre) * this.#options.min_distance_ratio;
    const least = share > this.#least ? share : this.#least;
    return reach > least ? reach : least;
  }
}

/** How many of the first values are at the upper threshold or beyond, and at the lower one. */
function counts(level: number, first: number): [above: number, below: number] {
  return [first - Math.floor(level * first), Math.floor((1 - level) * first) + 1];
}

const spot: Detector<Options> = {
  name: 'spot',
  version: 1,
  threshold: 1,

  options: ({ z }) =>
    z
      .object({
        side: z
          .enum(['upper', 'lower', 'both'])
          .default('both')
          .describe('Which limits are kept: "upper", "lower" or "both".')
          .meta({ shapes: true }),
        drift: z
          .enum(['none', 'window', 'smooth'])
          .default('smooth')
          .describe(
            'What limits are relative to. "none": to zero. "window": to the mean of the last drift_points values, ' +
              'which are kept. "smooth": to a mean in which a value fades with drift_points others.',
          )
          .meta({ shapes: true }),
        drift_points: z
          .int()
          .min(2)
          .max(100_000)
          .default(100)
          .describe('See drift. The first values, as many, only make that mean.')
          .meta({ shapes: true }),
        q: z
          .number()
          .positive()
          .max(0.1)
          .default(1e-4)
          .describe('Share of the values that passes a limit.')
          .meta({ shapes: true }),
        level: z
          .number()
          .min(0.5)
          .max(0.999)
          .default(0.98)
          .describe('Share of the values that is no part of the tail a limit is worked out from.')
          .meta({ shapes: true }),
        warmup: z
          .int()
          .min(10)
          .default(1000)
          .describe('A series is scored once it has had this many values.')
          .meta({ shapes: true }),
        max_excesses: z
          .int()
          .min(10)
          .max(10_000)
          .default(128)
          .describe('How many values of a tail are kept, the latest ones, for each side.')
          .meta({ shapes: true }),
        guard: z
          .boolean()
          .default(true)
          .describe(
            'Follow a series that changes. false: as published, for series that never do; what is flagged is ' +
              'never learned then.',
          )
          .meta({ shapes: true }),
        min_distance_ratio: z
          .number()
          .min(0)
          .max(1)
          .default(0.001)
          .describe(
            'Least distance of a limit from the expected value, as a share of that value, so that a series that ' +
              'hardly ever moves is not flagged for a little.',
          ),
        min_distance: z
          .number()
          .min(0)
          .max(LARGEST)
          .default(1e-9)
          .describe('Least distance of a limit, in the unit of the field. The larger of the two counts.'),
      })
      .refine(({ drift, drift_points, warmup }) => drift === 'none' || warmup > drift_points, {
        path: ['warmup'],
        message: 'warmup must be more than drift_points',
      })
      .refine(({ q, level }) => q < 1 - level, {
        path: ['q'],
        message: 'q must be less than 1 - level: limits lie within the tail',
      })
      .refine(
        ({ level, warmup, max_excesses }) =>
          Math.max(...counts(level, warmup)) <= Math.ceil(max_excesses / 2),
        {
          path: ['max_excesses'],
          message: 'max_excesses must be at least 2 * ((1 - level) * warmup + 1)',
        },
      ),

  create: (options) => new Spot(options),
};

export default spot;
