/**
 * Seven residuals of a value, each calibrated by its own past in two memories, added up.
 *
 * A value is scored by learning it, and there is one road for that: `update`. `score` takes it in a copy of the row.
 */
import type { Instance, Rows } from '../../../src/detector.ts';
import { Calibrator, type Tail } from '../../../src/math/calibrator.ts';
import { Autoregression } from './autoregression.ts';
import { Heads, type Stream } from './heads.ts';
import { Level } from './level.ts';
import { Moment } from './moment.ts';
import type { Options } from './options.ts';
import { Profile, secondOf } from './profile.ts';
import { Volatility } from './volatility.ts';

/** The profiles are the first streams. */
const COARSE = 0;
const FINE = 1;

/** Places in the row; what follows is laid out by the constructor. */
const COUNT = 0;
const TIME = 1;
const GAP = 2;
const FIRST_FREE = 3;

/** float64s in a cache line. */
const NUMBERS_A_LINE = 8;
/** An integer of 31 bits, which needs no allocation when it is handed on. */
const LARGEST_COUNT = 1e9;
/** A series of which all values so far were equal has nothing to be measured by, once it has had so many. */
const STILL_AFTER = 10;
/** Values beyond it are taken as it: a profile keeps them as float32. */
const LARGEST = 1e30;
/** The gap between values is a mean of the last 50; one gap counts three of them at most. */
const GAP_SHARE = 0.02;
const LARGEST_GAP = 3;
const GAP_CAPPED_AFTER = 3;
/**
 * Seconds of a visit of the coarse profile, which so remembers days however often values come. Of the fine one each value is a
 * visit: where one comes every 10 s it knows the last four minutes, by which single values are told from their neighbours.
 */
const COARSE_VISIT = 300;
/** Of the values, beyond the band. */
const BEYOND_BAND = 0.003;

/** What the streams weigh, where their tails begin, and whether their sign is the value's. */
const PROFILE = { weight: 0.75, quantile: 0.97, sided: true };
const AUTOREGRESSION = { weight: 0.875, quantile: 0.97, sided: true };
const LEVEL = { weight: 0.125, quantile: 0.95, sided: true };
const VOLATILITY = { weight: 0.5, quantile: 0.95, sided: false };
/** Each stream is calibrated in two memories, which share its weight. */
const MEMORIES = 2;

export class Ensemble implements Instance {
  readonly width: number;
  /** float64s of a row, beside the levels of its profiles. */
  readonly #numbers: number = 0;
  readonly #now: Moment;
  /** A row of its own, for `score`. */
  readonly #copy: Rows;
  readonly #coarse: Profile;
  readonly #fine: Profile;
  readonly #autoregression: Autoregression;
  readonly #fast: Level;
  readonly #slow: Level;
  readonly #volatility: Volatility;
  readonly #near: Calibrator;
  readonly #nearAt: number = 0;
  readonly #far: Calibrator;
  readonly #farAt: number = 0;
  readonly #heads: Heads;

  /** The row that was updated last, and with what time. */
  #rows: Rows;
  #at = 0;
  #time = Number.NaN;
  /** The profile that had been closer until then, and how it was calibrated. */
  #closer = COARSE;
  readonly #tail: Tail = { centre: 0, spread: 0, quantile: 0, excess: 0 };

  readonly #nearMemory: number = 0;
  readonly #farMemory: number = 0;
  readonly #leastShare: number = 0;
  readonly #mostShare: number = 0;
  readonly #incidentUnit: number = 0;
  readonly #spikeUnit: number = 0;
  readonly #both: boolean = false;

  constructor(options: Options) {
    const streams: (Stream & { readonly quantile: number })[] = [];
    const add = (stream: Stream & { readonly quantile: number }, times = 1): number =>
      streams.push(...new Array(times).fill(stream)) - times;
    let next = FIRST_FREE;
    const lay = <Part extends { readonly width: number }>(part: Part): Part => {
      next += part.width;
      return part;
    };
    const { profile_visits, autoregression_orders } = options;
    const [coarse, fine] = options.profile_buckets as [number, number];
    const [fast, slow] = options.level_points as [number, number];
    const [recent, usual] = options.volatility_points as [number, number];
    this.#coarse = lay(new Profile(next, add(PROFILE), coarse, profile_visits, COARSE_VISIT));
    this.#fine = lay(new Profile(next, add(PROFILE), fine, profile_visits, 0));
    const orders = add(AUTOREGRESSION, autoregression_orders.length);
    this.#autoregression = lay(
      new Autoregression(next, orders, autoregression_orders, options.autoregression_points),
    );
    this.#fast = lay(new Level(next, add(LEVEL), fast));
    this.#slow = lay(new Level(next, add(LEVEL), slow));
    this.#volatility = lay(new Volatility(next, add(VOLATILITY), recent, usual));
    const quantiles = streams.map(({ quantile }) => quantile);
    const [nearSpread, farSpread] = options.spread_points as [number, number];
    this.#nearAt = next;
    this.#near = lay(new Calibrator(quantiles, nearSpread));
    this.#farAt = next;
    this.#far = lay(new Calibrator(quantiles, farSpread));
    const shared = streams.map((stream) => ({ ...stream, weight: stream.weight / MEMORIES }));
    this.#heads = lay(new Heads(next, shared, options.smoothing_points));
    this.#numbers = next;
    this.#now = new Moment(streams.length);
    this.width = Math.ceil(this.#fine.place(this.#coarse.place(2 * next)) / 2);
    const f64 = new Float64Array(this.width);
    this.#copy = { f64, f32: new Float32Array(f64.buffer) };
    this.#rows = this.#copy;

    [this.#nearMemory, this.#farMemory] = options.tail_memory as [number, number];
    const [least, most] = options.tail_points as [number, number];
    this.#leastShare = 1 / most;
    this.#mostShare = 1 / least;
    this.#incidentUnit = options.respond_to === 'spikes' ? 0 : 1 / options.incident_threshold;
    this.#spikeUnit = options.respond_to === 'incidents' ? 0 : 1 / options.spike_threshold;
    this.#both = options.respond_to === 'both';
  }

  update(rows: Rows, at: number, time: number, value: number): number {
    this.#rows = rows;
    this.#at = at;
    this.#time = time;
    this.#step(rows, at, time, value);
    const { incident, spike, incidentLean, spikeLean } = this.#heads;
    const byIncident = incident * this.#incidentUnit;
    const bySpike = this.#both ? compressed(spike * this.#spikeUnit) : spike * this.#spikeUnit;
    if (byIncident > bySpike) return incidentLean < 0 ? -byIncident : byIncident;
    return spikeLean < 0 ? -bySpike : bySpike;
  }

  score(rows: Rows, at: number, time: number, value: number): number {
    this.#copy.f64.set(rows.f64.subarray(at, at + this.width));
    return this.update(this.#copy, 0, time, value);
  }

  learn(rows: Rows, at: number, time: number, value: number): void {
    this.update(rows, at, time, value);
  }

  accept({ f64 }: Rows, at: number): void {
    this.#coarse.shift(f64, at);
    this.#fine.shift(f64, at);
    this.#time = Number.NaN;
  }

  /** Of the two profiles the one that has been closer: what the time of day lets expect stands while an incident lasts. */
  band(rows: Rows, at: number, time: number, out: Float64Array): void {
    if (this.#time !== time || this.#at !== at || this.#rows !== rows) {
      this.#coarse.look(rows, at, secondOf(time));
      this.#fine.look(rows, at, secondOf(time));
      this.#keepTail(rows.f64, at);
      this.#time = Number.NaN;
    }
    const profile = this.#closer === FINE ? this.#fine : this.#coarse;
    const expected = profile.expected + this.#tail.centre;
    const reach = this.#near.reach(this.#tail, this.#closer, BEYOND_BAND);
    out[0] = expected;
    out[1] = expected - reach;
    out[2] = expected + reach;
  }

  #step(rows: Rows, row: number, time: number, given: number): void {
    const { f64 } = rows;
    this.#fetch(f64, row);
    this.#keepTail(f64, row);
    const now = this.#now;
    const count = (Math.min(f64[row + COUNT]!, LARGEST_COUNT) | 0) + 1;
    now.count = count;
    now.share = 1 / count;
    now.time = time;
    now.second = secondOf(time);
    now.value = Math.max(-LARGEST, Math.min(given, LARGEST));
    if (count === 1) this.#begin(f64, row, now);
    const still = count > STILL_AFTER && !this.#volatility.hasMoved(f64, row);
    elapse(f64, row, now);
    this.#coarse.step(rows, row, now);
    this.#fine.step(rows, row, now);
    this.#autoregression.step(f64, row, now);
    this.#fast.step(f64, row, now);
    this.#slow.step(f64, row, now);
    this.#volatility.step(f64, row, now);
    this.#calibrate(f64, row, now);
    this.#heads.step(f64, row, now);
    // By nothing but its first movement a series could be measured for weeks, and would be deaf: it begins afresh.
    if (still && this.#volatility.hasMoved(f64, row)) f64.fill(0, row, row + this.width);
  }

  #calibrate(f64: Float64Array, row: number, { count, gap, residuals }: Moment): void {
    const near = this.#near;
    const far = this.#far;
    near.tailShare = this.#tailShare(gap / this.#nearMemory);
    far.tailShare = this.#tailShare(gap / this.#farMemory);
    near.step(f64, row + this.#nearAt, count, residuals, this.#heads);
    far.step(f64, row + this.#farAt, count, residuals, this.#heads);
  }

  #begin(f64: Float64Array, row: number, { time, value }: Moment): void {
    f64[row + TIME] = time;
    this.#coarse.begin(f64, row, value);
    this.#fine.begin(f64, row, value);
    this.#autoregression.begin(f64, row, value);
    this.#fast.begin(f64, row, value);
    this.#slow.begin(f64, row, value);
    this.#volatility.begin(f64, row, value);
  }

  #tailShare(share: number): number {
    return Math.max(this.#leastShare, Math.min(share, this.#mostShare));
  }

  #keepTail(f64: Float64Array, row: number): void {
    const at = row + this.#nearAt;
    const closer = this.#near.spread(f64, at, FINE) < this.#near.spread(f64, at, COARSE);
    this.#closer = closer ? FINE : COARSE;
    this.#near.keep(f64, at, this.#closer, this.#tail);
  }

  /**
   * Reads one number of each cache line of the row. The parts would wait for one line after the other; so all are on
   * their way at once, which saves a seventh of the time over 20,000 series. What is read goes where residuals will.
   */
  #fetch(f64: Float64Array, row: number): void {
    let sum = 0;
    for (let i = row; i < row + this.#numbers; i += NUMBERS_A_LINE) sum += f64[i]!;
    this.#now.residuals[0] = sum;
  }
}

/**
 * Beside incidents, beyond 1 as its logarithm: single values that are ten or a hundred times as strange are common in some
 * series, and a threshold that has to rise above those would be out of reach of any incident.
 */
function compressed(spike: number): number {
  return spike > 1 ? 1 + Math.log(spike) : spike;
}

/** Follows the time between two values. A clock that runs backwards stands still. */
function elapse(f64: Float64Array, row: number, now: Moment): void {
  const { count, time } = now;
  const mean = f64[row + GAP]!;
  let gap = Math.max(time - f64[row + TIME]!, 0);
  if (count > GAP_CAPPED_AFTER && mean > 0 && gap > LARGEST_GAP * mean) gap = LARGEST_GAP * mean;
  const share = count === 1 ? GAP_SHARE : Math.max(GAP_SHARE, 1 / (count - 1));
  f64[row + COUNT] = count;
  f64[row + TIME] = time;
  now.gap = mean + share * (gap - mean);
  f64[row + GAP] = now.gap;
}
