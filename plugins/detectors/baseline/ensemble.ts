/**
 * Seven residuals of a value, each calibrated by its own past in two memories, added up.
 *
 * A value is scored by learning it in a copy of the row; `learn` keeps the copy. So there is one road for both, and
 * the price is the copying of the row's numbers, the profiles' levels excepted, of which a value changes two.
 */
import type { Instance, Rows } from '../../../src/detector.ts';
import { Calibrator } from '../../../src/math/calibrator.ts';
import { Acceptance } from './acceptance.ts';
import { Autoregression, History } from './autoregression.ts';
import { Heads } from './heads.ts';
import { Level } from './level.ts';
import { Moment } from './moment.ts';
import type { Options } from './options.ts';
import { Profile } from './profile.ts';
import { Volatility } from './volatility.ts';

/** Places in the row; what follows is laid out by the constructor. */
const COUNT = 0;
const TIME = 1;
const GAP = 2;
const FIRST_FREE = 3;

/** Values beyond it are taken as it: a profile keeps them as float32. */
const LARGEST = 1e30;
/** Points of the mean that a profile falls back on where it has seen nothing. */
const MEAN_POINTS = 100;
/** The gap between values is a mean of the last 50; one gap counts three of them at most. */
const GAP_SHARE = 0.02;
const LARGEST_GAP = 3;
const GAP_CAPPED_AFTER = 3;
/** Of the values, beyond the band. */
const BEYOND_BAND = 0.003;

/** The streams in their order: weight in the sum, quantile where the tail begins, whether the sign is the value's. */
const PROFILE = { weight: 0.75, quantile: 0.97, sided: true };
const AUTOREGRESSION = { weight: 0.875, quantile: 0.97, sided: true };
const LEVEL = { weight: 0.125, quantile: 0.95, sided: true };
const VOLATILITY = { weight: 0.5, quantile: 0.95, sided: false };
const STREAMS = [PROFILE, PROFILE, AUTOREGRESSION, AUTOREGRESSION, LEVEL, LEVEL, VOLATILITY] as const;
/** Places of the profiles among the streams. */
const COARSE = 0;
const FINE = 1;
/** Each stream is calibrated in two memories, which share its weight. */
const MEMORIES = 2;

export class Ensemble implements Instance {
  readonly width: number;
  readonly #now: Moment;
  /** The numbers of a series before its first value. */
  readonly #fresh: Float64Array;
  #scored = 0;
  readonly #residuals = new Float64Array(STREAMS.length);
  /** Those of the nearer memory, then those of the farther; the two halves are parts of it. */
  readonly #excesses = new Float64Array(MEMORIES * STREAMS.length);
  readonly #nearExcesses = this.#excesses.subarray(0, STREAMS.length);
  readonly #farExcesses = this.#excesses.subarray(STREAMS.length);

  readonly #coarse: Profile;
  readonly #fine: Profile;
  readonly #mean: Level;
  readonly #history: History;
  readonly #short: Autoregression;
  readonly #long: Autoregression;
  readonly #fast: Level;
  readonly #slow: Level;
  readonly #volatility: Volatility;
  readonly #near: Calibrator;
  readonly #nearAt: number;
  readonly #far: Calibrator;
  readonly #farAt: number;
  readonly #heads: Heads;
  readonly #acceptance: Acceptance;

  readonly #nearMemory: number;
  readonly #farMemory: number;
  readonly #leastShare: number;
  readonly #mostShare: number;
  readonly #incidentUnit: number;
  readonly #spikeUnit: number;

  constructor(options: Options) {
    let next = FIRST_FREE;
    const take = (width: number): number => {
      next += width;
      return next - width;
    };
    const [coarse, fine] = options.profile_buckets as [number, number];
    const [short, long] = options.autoregression_orders as [number, number];
    const [fast, slow] = options.level_points as [number, number];
    const [recent, usual] = options.volatility_points as [number, number];
    const [nearSpread, farSpread] = options.spread_points as [number, number];
    const coarseAt = take(Profile.WIDTH);
    const fineAt = take(Profile.WIDTH);
    this.#mean = new Level(take(Level.WIDTH), MEAN_POINTS);
    this.#history = new History(next, Math.max(short, long), options.autoregression_points);
    take(this.#history.width);
    this.#short = new Autoregression(take(short), short, this.#history);
    this.#long = new Autoregression(take(long), long, this.#history);
    this.#fast = new Level(take(Level.WIDTH), fast);
    this.#slow = new Level(take(Level.WIDTH), slow);
    this.#volatility = new Volatility(take(Volatility.WIDTH), recent, usual);
    const quantiles = STREAMS.map(({ quantile }) => quantile);
    this.#near = new Calibrator(quantiles, nearSpread);
    this.#far = new Calibrator(quantiles, farSpread);
    this.#nearAt = take(this.#near.width);
    this.#farAt = take(this.#far.width);
    const shared = STREAMS.map((stream) => ({ ...stream, weight: stream.weight / MEMORIES }));
    this.#heads = new Heads(next, [...shared, ...shared], options.smoothing_points);
    take(this.#heads.width);
    this.#acceptance = new Acceptance(take(Acceptance.WIDTH), options.accept_after, options.accept_from);
    this.#now = new Moment(next);
    this.#fresh = new Float64Array(next);

    this.#coarse = new Profile(coarseAt, 2 * next, coarse, options.profile_visits);
    this.#fine = new Profile(fineAt, 2 * next + this.#coarse.floats, fine, options.profile_visits);
    this.width = next + Math.ceil((this.#coarse.floats + this.#fine.floats) / 2);

    [this.#nearMemory, this.#farMemory] = options.tail_memory as [number, number];
    const [least, most] = options.tail_points as [number, number];
    this.#leastShare = 1 / most;
    this.#mostShare = 1 / least;
    this.#incidentUnit = options.respond_to === 'spikes' ? 0 : 1 / options.incident_threshold;
    this.#spikeUnit = options.respond_to === 'incidents' ? 0 : 1 / options.spike_threshold;
  }

  score(rows: Rows, at: number, time: number, value: number): number {
    this.#step(rows, at, time, value);
    const { incident, spike, incidentLean, spikeLean } = this.#heads;
    const byIncident = incident * this.#incidentUnit;
    const bySpike = spike * this.#spikeUnit;
    if (byIncident > bySpike) return incidentLean < 0 ? -byIncident : byIncident;
    return spikeLean < 0 ? -bySpike : bySpike;
  }

  learn(rows: Rows, at: number, time: number, value: number): void {
    if (value !== this.#scored) this.#step(rows, at, time, value);
    rows.f64.set(this.#now.after, at);
    this.#coarse.keep(rows, at);
    this.#fine.keep(rows, at);
  }

  /** Of the two profiles the one that has been closer: what the time of day lets expect stands while an incident lasts. */
  band(rows: Rows, at: number, time: number, out: Float64Array): void {
    const { f64 } = rows;
    const calibrator = this.#near;
    const near = at + this.#nearAt;
    const closer = calibrator.spread(f64, near, FINE) < calibrator.spread(f64, near, COARSE) ? FINE : COARSE;
    const profile = closer === FINE ? this.#fine : this.#coarse;
    const expected =
      profile.expected(rows, at, time, at + this.#mean.at) + calibrator.centre(f64, near, closer);
    const reach = calibrator.reach(f64, near, closer, BEYOND_BAND);
    out[0] = expected;
    out[1] = expected - reach;
    out[2] = expected + reach;
  }

  /** Learns the value in a copy of the row, and leaves in the heads how strange it was. */
  #step(rows: Rows, row: number, time: number, given: number): void {
    const now = this.#now;
    const value = given > LARGEST ? LARGEST : given < -LARGEST ? -LARGEST : given;
    const count = rows.f64[row + COUNT]! + 1;
    now.count = count;
    now.share = 1 / count;
    now.time = time;
    now.value = value;
    this.#scored = given;
    const before = count === 1 ? this.#begin(time, value) : rows.f64;
    const at = count === 1 ? 0 : row;
    elapse(before, at, now);
    this.#coarse.step(rows, row, before, at, this.#mean.at, now);
    this.#fine.step(rows, row, before, at, this.#mean.at, now);
    this.#mean.step(before, at, now);
    this.#history.step(before, at, now);
    this.#short.step(before, at, now);
    this.#long.step(before, at, now);
    this.#fast.step(before, at, now);
    this.#slow.step(before, at, now);
    this.#volatility.step(before, at, now);
    this.#calibrate(before, at, now);
    this.#heads.step(before, at, now, this.#excesses);
    if (this.#acceptance.step(before, at, now, this.#heads)) {
      this.#coarse.shift(now);
      this.#fine.shift(now);
    }
    this.#coarse.learn(before, at, now);
    this.#fine.learn(before, at, now);
  }

  #begin(time: number, value: number): Float64Array {
    const fresh = this.#fresh;
    fresh[TIME] = time;
    this.#coarse.begin(fresh, value);
    this.#fine.begin(fresh, value);
    this.#mean.begin(fresh, value);
    this.#history.begin(fresh, value);
    this.#short.begin(fresh);
    this.#long.begin(fresh);
    this.#fast.begin(fresh, value);
    this.#slow.begin(fresh, value);
    this.#volatility.begin(fresh, value);
    this.#acceptance.begin(fresh, time);
    return fresh;
  }

  #calibrate(before: Float64Array, at: number, { count, after }: Moment): void {
    const residuals = this.#residuals;
    residuals[COARSE] = this.#coarse.residual;
    residuals[FINE] = this.#fine.residual;
    residuals[2] = this.#short.residual;
    residuals[3] = this.#long.residual;
    residuals[4] = this.#fast.residual;
    residuals[5] = this.#slow.residual;
    residuals[6] = this.#volatility.residual;
    const near = this.#nearAt;
    const nearShare = this.#share(after[GAP]! / this.#nearMemory);
    this.#near.step(before, at + near, after, near, count, residuals, nearShare, this.#nearExcesses);
    const far = this.#farAt;
    const farShare = this.#share(after[GAP]! / this.#farMemory);
    this.#far.step(before, at + far, after, far, count, residuals, farShare, this.#farExcesses);
  }

  #share(share: number): number {
    return share < this.#leastShare ? this.#leastShare : share > this.#mostShare ? this.#mostShare : share;
  }
}

/** Follows the time between two values. A clock that runs backwards stands still. */
function elapse(before: Float64Array, at: number, { count, time, after }: Moment): void {
  const mean = before[at + GAP]!;
  const last = before[at + TIME]!;
  let gap = time > last ? time - last : 0;
  if (count > GAP_CAPPED_AFTER && mean > 0 && gap > LARGEST_GAP * mean) gap = LARGEST_GAP * mean;
  const first = 1 / (count - 1);
  const share = count === 1 || GAP_SHARE > first ? GAP_SHARE : first;
  after[COUNT] = count;
  after[TIME] = time;
  after[GAP] = mean + share * (gap - mean);
}
