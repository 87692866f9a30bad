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
const PROFILE = { weight: 0.75, quantile: 0.97, sided: 1 };
const AUTOREGRESSION = { weight: 0.875, quantile: 0.97, sided: 1 };
const LEVEL = { weight: 0.125, quantile: 0.95, sided: 1 };
const VOLATILITY = { weight: 0.5, quantile: 0.95, sided: 0 };
const STREAMS = [PROFILE, PROFILE, AUTOREGRESSION, AUTOREGRESSION, LEVEL, LEVEL, VOLATILITY] as const;
/** Each stream is calibrated in two memories, which share its weight. */
const MEMORIES = 2;

export class Ensemble implements Instance {
  readonly width: number;
  /** The row's numbers with the value at hand learned. */
  readonly #state: Float64Array;
  #scored = 0;
  readonly #residuals = new Float64Array(STREAMS.length);
  readonly #weights = Float64Array.from(STREAMS, ({ weight }) => weight / MEMORIES);
  readonly #sided = Float64Array.from(STREAMS, ({ sided }) => sided);

  readonly #coarse: Profile;
  readonly #fine: Profile;
  readonly #mean: Level;
  readonly #history: History;
  readonly #short: Autoregression;
  readonly #long: Autoregression;
  readonly #fast: Level;
  readonly #slow: Level;
  readonly #volatility: Volatility;
  readonly #near: Calibrator[];
  readonly #far: Calibrator[];
  readonly #calibrators: number;
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
    this.#near = STREAMS.map(({ quantile }) => new Calibrator(quantile, nearSpread));
    this.#far = STREAMS.map(({ quantile }) => new Calibrator(quantile, farSpread));
    this.#calibrators = take(MEMORIES * STREAMS.length * Calibrator.WIDTH);
    this.#heads = new Heads(next, options.smoothing_points);
    take(this.#heads.width);
    this.#acceptance = new Acceptance(take(Acceptance.WIDTH), options.accept_after, options.accept_from);
    this.#state = new Float64Array(next);

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
    const { f64 } = rows;
    const state = this.#state;
    for (let i = 0; i < state.length; i++) f64[at + i] = state[i]!;
    this.#coarse.keep(rows, at);
    this.#fine.keep(rows, at);
  }

  /** Of the two profiles the one that has been closer: what the time of day lets expect stands while an incident lasts. */
  band(rows: Rows, at: number, time: number, out: Float64Array): void {
    const { f64 } = rows;
    const mean = this.#mean.of(f64, at);
    const near = this.#near[0]!;
    const coarse = at + this.#calibrators;
    const fine = coarse + MEMORIES * Calibrator.WIDTH;
    const closer = near.spread(f64, fine) < near.spread(f64, coarse);
    const profile = closer ? this.#fine : this.#coarse;
    const calibrated = closer ? fine : coarse;
    const expected = profile.expected(rows, at, time, mean) + near.centre(f64, calibrated);
    const reach = near.reach(f64, calibrated, BEYOND_BAND);
    out[0] = expected;
    out[1] = expected - reach;
    out[2] = expected + reach;
  }

  /** Learns the value in a copy of the row, and leaves in the heads how strange it was. */
  #step(rows: Rows, at: number, time: number, given: number): void {
    const { f64 } = rows;
    const state = this.#state;
    const value = given > LARGEST ? LARGEST : given < -LARGEST ? -LARGEST : given;
    this.#scored = given;
    for (let i = 0; i < state.length; i++) state[i] = f64[at + i]!;
    const count = state[COUNT]! + 1;
    state[COUNT] = count;
    if (count === 1) this.#begin(state, time, value);
    else this.#elapse(state, count, time);

    this.#measure(rows, at, count, time, value);
    this.#calibrate(count);
    if (this.#acceptance.step(state, time, this.#heads.incident)) {
      this.#coarse.shift(state);
      this.#fine.shift(state);
    }
    this.#coarse.learn(state, count, value);
    this.#fine.learn(state, count, value);
  }

  #begin(state: Float64Array, time: number, value: number): void {
    state[TIME] = time;
    this.#coarse.begin(state, value);
    this.#fine.begin(state, value);
    this.#history.begin(state, value);
    this.#short.begin(state);
    this.#long.begin(state);
    this.#volatility.begin(state, value);
    this.#acceptance.begin(state, time);
  }

  /** Follows the time between two values. A clock that runs backwards stands still. */
  #elapse(state: Float64Array, count: number, time: number): void {
    const mean = state[GAP]!;
    let gap = time > state[TIME]! ? time - state[TIME]! : 0;
    if (count > GAP_CAPPED_AFTER && mean > 0 && gap > LARGEST_GAP * mean) gap = LARGEST_GAP * mean;
    const first = 1 / (count - 1);
    state[GAP] = mean + (GAP_SHARE > first ? GAP_SHARE : first) * (gap - mean);
    state[TIME] = time;
  }

  #measure(rows: Rows, at: number, count: number, time: number, value: number): void {
    const state = this.#state;
    const residuals = this.#residuals;
    const mean = count === 1 ? value : this.#mean.of(state);
    residuals[0] = this.#coarse.step(rows, at, state, count, time, value, mean);
    residuals[1] = this.#fine.step(rows, at, state, count, time, value, mean);
    this.#mean.step(state, count, value);
    this.#history.measure(state, count, value);
    residuals[2] = this.#short.step(state, count);
    residuals[3] = this.#long.step(state, count);
    this.#history.learn(state, count);
    residuals[4] = this.#fast.step(state, count, value);
    residuals[5] = this.#slow.step(state, count, value);
    residuals[6] = this.#volatility.step(state, count, value);
  }

  #calibrate(count: number): void {
    const state = this.#state;
    const heads = this.#heads;
    const nearShare = this.#share(state[GAP]! / this.#nearMemory);
    const farShare = this.#share(state[GAP]! / this.#farMemory);
    let at = this.#calibrators;
    heads.clear();
    for (let i = 0; i < STREAMS.length; i++) {
      const residual = this.#residuals[i]!;
      const weight = this.#weights[i]!;
      const sided = this.#sided[i]!;
      heads.add(this.#near[i]!.step(state, at, count, residual, nearShare), weight, sided);
      at += Calibrator.WIDTH;
      heads.add(this.#far[i]!.step(state, at, count, residual, farShare), weight, sided);
      at += Calibrator.WIDTH;
    }
    heads.step(state, count);
  }

  #share(share: number): number {
    return share < this.#leastShare ? this.#leastShare : share > this.#mostShare ? this.#mostShare : share;
  }
}
