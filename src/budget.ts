/**
 * A threshold that keeps an alarm budget: so many alarms a second and no more, if nothing is ever wrong.
 *
 * The tail of the series' own scores is fitted on the maxima of blocks of time: `base` is a high quantile of them,
 * `excess` the mean of what lies above it, both followed by small steps. The threshold is where a block exceeds it
 * with the probability that the budget leaves a block. What the fit misses, a feedback makes good: each alarm raises
 * the threshold by a share, and time lets it sink as fast as alarms may come.
 *
 * A detector may say how rare its scores are, whatever the series. Then no tail is fitted, for a series that has been
 * strange would be deaf for weeks; but where `base` is far above the one that was told, it is the series' measure.
 */
import type { Rows } from './detector.ts';

/** Seconds of a block, and of the silence after an alarm; less where more than a dozen alarms a day are allowed. */
const LONGEST_BLOCK = 7200;
const BLOCKS_PER_ALARM = 12;
/** No alarm before a series is so many seconds old. */
const MUTE = 86_400;
/** `base` is this quantile of the blocks' maxima. */
const QUANTILE = 0.8;
/** What an alarm adds to the logarithm of the threshold. */
const STEP = 0.1;
const LEAST_FEEDBACK = -0.5;
const MOST_FEEDBACK = 1.5;
/** A gap counts as at most so many seconds without an alarm. */
const LONGEST_GAP = 86_400;
/** An excess counts as at most so many times the mean one. */
const MOST_EXCESS = 8;
/**
 * In so many blocks, a day of them, the logarithm of `base` goes half the way to the maximum, in steps of at most this
 * over the blocks so far: a detector that has just begun may say anything, and what it says later is nearer the truth.
 */
const FIRST_BLOCKS = 12;
const FIRST_STEP = 2;
/** The share of a later one in what is learned: 1 / blocks so far, and no less than this. */
const LEAST_SHARE = 1 / 1000;
/** An excess comes with fewer blocks and so has a larger share in the mean of them, but no larger one. */
const MOST_SHARE = 0.3;
/** Of `base`, in mean excesses, where a block has the whole share. */
const BASE_STEP = 3;
/** Times the maximum of a block: a `base` as far above comes down by the quantile's own step in its logarithm. */
const FAR_OFF = 8;
const FAR_STEP = Math.exp(QUANTILE - 1);
/** Of the generalised Pareto distribution that the excesses are taken for: tails are heavier than exponential ones. */
const SHAPE = 0.2;
/** Of what is critical there is a tenth. */
const CRITICAL_SHARE = 10;
/** Seconds: alarms as often as that have the usual threshold of a detector that tells how rare its scores are. */
const WEEK = 604_800;
/** Of that threshold, for the most frequent alarms. */
const LEAST_KNOWN = 0.1;
/** As many times may `base` be above the one that was told. Incidents raise it by less, and heavy tails by more. */
const FAR_ABOVE = 3;
/**
 * Scores of a series that has hardly been seen go further than what its detector tells, most so on its second day, the
 * first that is like another one. In its first week the threshold is higher by the power YOUTH of a week over its age.
 */
const WEEK_BLOCKS = 84;
const YOUTH = 0.25;
/** In parts of `base`: the excess that a series begins with, and the least. */
const FIRST_EXCESS = 0.3;
const LEAST_EXCESS = 0.02;
/** Larger scores count as this one, so that no sum of them is too large for a float32. */
const LARGEST_SCORE = 1e30;
/** A score of 0 is never beyond it. */
const LEAST_THRESHOLD = 1e-30;

// Places in the row, in float64s.
const BIRTH = 0;
const BLOCK = 1;
// And in float32s.
const BASE = 4;
const EXCESS = 5;
const FEEDBACK = 6;
const LARGEST = 7;
const BLOCKS = 8;
const THRESHOLD = 9;

export class Budget {
  readonly width = 5;
  /** Seconds. */
  readonly cooldown: number;
  /** Seconds of calm that end an alarm: a threshold that few values reach is left again and again while a level is off. */
  readonly endAfter = 180;
  readonly #rate: number;
  readonly #block: number;
  readonly #usual: number;
  /** How many mean excesses above `base` the thresholds are. */
  readonly #rarity: number;
  /** And how many more what is critical is. */
  readonly #further: number;
  /** Where the detector tells: the threshold without feedback, the distance to what is critical, the most of `base`. */
  readonly #known: number | undefined;
  readonly #knownFurther: number;
  readonly #knownBase: number;

  /**
   * @param rate alarms a second
   * @param usual threshold of the detector
   * @param decay of the detector's scores, if it knows
   */
  constructor(rate: number, usual: number, decay?: number) {
    this.#rate = rate;
    this.#usual = usual;
    this.#block = Math.min(LONGEST_BLOCK, 1 / (BLOCKS_PER_ALARM * rate));
    this.cooldown = this.#block;
    const rarer = (1 - QUANTILE) / (rate * this.#block);
    this.#rarity = reach(rarer);
    this.#further = reach(CRITICAL_SHARE * rarer) - this.#rarity;
    const known = (alarmRate: number): number =>
      usual * Math.max(LEAST_KNOWN, 1 - (decay ?? 0) * Math.log(alarmRate * WEEK));
    this.#known = decay === undefined ? undefined : known(rate);
    this.#knownFurther = known(rate / CRITICAL_SHARE) - known(rate);
    this.#knownBase = FAR_ABOVE * known((1 - QUANTILE) / this.#block);
  }

  learn({ f64, f32 }: Rows, at: number, time: number, strangeness: number): void {
    if (f64[at + BIRTH] === 0) this.#begin(f64, f32, at, time);
    const elapsed = time - f64[at + BLOCK]!;
    if (elapsed >= this.#block || elapsed < 0) {
      // A clock was wrong: the series is as old as this value, at least.
      f64[at + BIRTH] = Math.min(f64[at + BIRTH]!, time);
      this.#endBlock(f32, 2 * at, elapsed);
      f64[at + BLOCK] = time;
      f32[2 * at + LARGEST] = 0;
    }
    const score = Math.min(strangeness, LARGEST_SCORE);
    if (score > f32[2 * at + LARGEST]!) f32[2 * at + LARGEST] = score;
  }

  threshold({ f32 }: Rows, at: number): number {
    return f32[2 * at + THRESHOLD]!;
  }

  criticalThreshold({ f32 }: Rows, at: number): number {
    const further = this.#known === undefined ? this.#further * f32[2 * at + EXCESS]! : this.#knownFurther;
    return f32[2 * at + THRESHOLD]! + further * Math.exp(f32[2 * at + FEEDBACK]!);
  }

  isMute({ f64 }: Rows, at: number, time: number): boolean {
    return time - f64[at + BIRTH]! < MUTE;
  }

  /** An alarm has opened. */
  alarmed({ f32 }: Rows, at: number): void {
    f32[2 * at + FEEDBACK] = Math.min(MOST_FEEDBACK, f32[2 * at + FEEDBACK]! + STEP);
    this.#settle(f32, 2 * at);
  }

  #begin(f64: Float64Array, f32: Float32Array, at: number, time: number): void {
    // 0 would be taken for a row that is new.
    f64[at + BIRTH] = time || Number.MIN_VALUE;
    f64[at + BLOCK] = time;
    f32[2 * at + THRESHOLD] = this.#known ?? this.#usual;
  }

  #endBlock(f32: Float32Array, at: number, elapsed: number): void {
    const quiet = Math.min(Math.max(0, elapsed), LONGEST_GAP);
    f32[at + FEEDBACK] = Math.max(LEAST_FEEDBACK, f32[at + FEEDBACK]! - STEP * this.#rate * quiet);
    const largest = f32[at + LARGEST]!;
    // Nothing was scored, or nothing moved.
    if (largest > 0) this.#learnBlock(f32, at, largest);
    this.#settle(f32, at);
  }

  #learnBlock(f32: Float32Array, at: number, largest: number): void {
    const blocks = f32[at + BLOCKS]!++;
    const base = f32[at + BASE]!;
    if (blocks < FIRST_BLOCKS) {
      const most = FIRST_STEP / blocks;
      const step = Math.max(-most, Math.min(most, Math.log(largest / base) / 2));
      f32[at + BASE] = blocks === 0 ? largest : base * Math.exp(step);
      f32[at + EXCESS] = FIRST_EXCESS * f32[at + BASE]!;
      return;
    }
    if (base > FAR_OFF * largest) {
      // It was learned from scores of another scale, as the first movement of a constant has: small steps would take months.
      f32[at + BASE] = base * FAR_STEP;
      f32[at + EXCESS] = f32[at + EXCESS]! * FAR_STEP;
      return;
    }
    const share = Math.max(LEAST_SHARE, 1 / blocks);
    const excess = f32[at + EXCESS]!;
    const step = BASE_STEP * share * excess;
    if (largest > base) {
      const found = Math.min(largest - base, MOST_EXCESS * excess);
      f32[at + EXCESS] = excess + Math.min(MOST_SHARE, share / (1 - QUANTILE)) * (found - excess);
      f32[at + BASE] = base + step * QUANTILE;
    } else f32[at + BASE] = Math.max(0, base - step * (1 - QUANTILE));
    f32[at + EXCESS] = Math.max(f32[at + EXCESS]!, LEAST_EXCESS * f32[at + BASE]!);
  }

  #settle(f32: Float32Array, at: number): void {
    if (f32[at + BLOCKS] === 0) return;
    const base = f32[at + BASE]!;
    const far =
      this.#known === undefined
        ? base + this.#rarity * f32[at + EXCESS]!
        : this.#known *
          Math.max(1, base / this.#knownBase) *
          Math.max(1, WEEK_BLOCKS / f32[at + BLOCKS]!) ** YOUTH;
    f32[at + THRESHOLD] = Math.max(LEAST_THRESHOLD, far * Math.exp(f32[at + FEEDBACK]!));
  }
}

/** In mean excesses: what is exceeded by one excess in so many. */
function reach(rarer: number): number {
  return ((1 - SHAPE) * (rarer ** SHAPE - 1)) / SHAPE;
}
