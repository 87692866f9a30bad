/**
 * How rare a number is among those of its own stream, by its peaks over a threshold: the threshold follows a high
 * quantile by stochastic approximation, and the excesses are taken as a generalised Pareto distribution by their mean
 * and mean square (J. R. M. Hosking, J. R. Wallis, "Parameter and quantile estimation for the generalized Pareto
 * distribution", Technometrics 29, 1987). Every number is learned; an excess counts for no more than MOST_EXCESS means,
 * so that one number does not hide the next.
 *
 * The state of a stream is TAIL_WIDTH floats, at first all zeros; float32s will do for numbers up to 1e15, whose squares
 * they hold. Numbers are magnitudes: 0 is the least.
 */
import { paretoQuantile, paretoRarity } from './gpd.ts';

export const TAIL_WIDTH = 5;

type Numbers = Float64Array | Float32Array;

/** Places in the state. */
/** Numbers learned, up to the memory. */
const COUNT = 0;
const THRESHOLD = 1;
/** Share of the numbers beyond the threshold. */
const RATE = 2;
/** Of the excesses. */
const MEAN = 3;
const MEAN_SQUARE = 4;

/** Share of the numbers below the threshold. */
export const LEVEL = 0.98;
/** Fewer numbers say nothing of a tail. */
const FEWEST = 100;
const MOST_EXCESS = 12;
/** No excess counts for more than this share of the mean. */
const MOST_SHARE = 0.3;
/** What two moments can tell of a shape: they know none beyond a half, and take a tail that is short for one that ends. */
const LEAST_SHAPE = -0.1;
const MOST_SHAPE = 0.45;
/** Of the way to where a tail ends, after which it is continued in a straight line: nothing is impossible. */
const CONTINUED = 0.75;
/** Numbers beyond it are taken as it: the square is still finite. */
const LARGEST = 1e150;

/** Whether so many numbers have been learned that `surprise` means something. */
export function knowsTail(numbers: Numbers, at: number): boolean {
  return numbers[at + COUNT]! >= FEWEST;
}

/**
 * -log10 of the share of the stream's numbers that reach `value`: 3 for one in a thousand. 0 for the first 100.
 */
export function surprise(numbers: Numbers, at: number, value: number): number {
  if (!knowsTail(numbers, at)) return 0;
  const threshold = numbers[at + THRESHOLD]!;
  const usual = -Math.log(rate(numbers, at));
  if (value <= threshold) return value > 0 ? (usual * value) / threshold / Math.LN10 : 0;
  const mean = numbers[at + MEAN]!;
  if (mean === 0) return usual / Math.LN10;
  const ratio = Math.min((value - threshold) / mean, LARGEST);
  return (usual + rarity(shapeOf(numbers, at), ratio)) / Math.LN10;
}

/** The number that is as surprising: the inverse of `surprise`. */
export function surprisingly(numbers: Numbers, at: number, surprise: number): number {
  const threshold = numbers[at + THRESHOLD]!;
  const usual = -Math.log(rate(numbers, at));
  const rest = surprise * Math.LN10 - usual;
  if (rest <= 0) return usual === 0 ? 0 : ((surprise * Math.LN10) / usual) * threshold;
  return threshold + numbers[at + MEAN]! * excess(shapeOf(numbers, at), rest);
}

/**
 * Learns a number.
 * @param memory how many numbers count: what is older fades
 * @param level share of the numbers that is no part of the tail
 */
export function learnTail(
  numbers: Numbers,
  at: number,
  value: number,
  memory: number,
  level: number = LEVEL,
): void {
  const before = numbers[at + COUNT]!;
  const count = before < memory ? before + 1 : before;
  numbers[at + COUNT] = count;
  const over = Math.min(value, LARGEST) - numbers[at + THRESHOLD]!;
  const peak = over > 0;
  numbers[at + RATE]! += ((peak ? 1 : 0) - numbers[at + RATE]!) / count;
  const share = Math.min(1 / (count * (1 - level)), MOST_SHARE);
  if (peak) {
    const most = MOST_EXCESS * numbers[at + MEAN]!;
    const counted = over > most && most > 0 ? most : over;
    numbers[at + MEAN]! += share * (counted - numbers[at + MEAN]!);
    numbers[at + MEAN_SQUARE]! += share * (counted * counted - numbers[at + MEAN_SQUARE]!);
  }
  const step = share * numbers[at + MEAN]! * (peak ? level : level - 1);
  const next = numbers[at + THRESHOLD]! + (step < over || !peak ? step : over);
  numbers[at + THRESHOLD] = next > 0 ? next : 0;
}

/** Starts a stream of which something is known beforehand, as if `count` numbers with that tail had been learned. */
export function startTail(
  numbers: Numbers,
  at: number,
  count: number,
  threshold: number,
  mean: number,
  level: number = LEVEL,
): void {
  numbers[at + COUNT] = count;
  numbers[at + THRESHOLD] = threshold;
  numbers[at + RATE] = 1 - level;
  numbers[at + MEAN] = mean;
  numbers[at + MEAN_SQUARE] = 2 * mean * mean;
}

function rate(numbers: Numbers, at: number): number {
  return Math.max(numbers[at + RATE]!, 1 / (numbers[at + COUNT]! + 1));
}

/** 1/2 (1 - mean^2 / variance): 0 for an exponential, whose mean square is twice the square of its mean. */
function shapeOf(numbers: Numbers, at: number): number {
  const mean = numbers[at + MEAN]!;
  const spread = numbers[at + MEAN_SQUARE]! / mean / mean - 1;
  const shape = spread > 0 ? (1 - 1 / spread) / 2 : LEAST_SHAPE;
  return shape > MOST_SHAPE ? MOST_SHAPE : shape > LEAST_SHAPE ? shape : LEAST_SHAPE;
}

/** -ln of the share of the excesses that reach `ratio` times their mean. */
function rarity(shape: number, ratio: number): number {
  const scale = 1 - shape;
  const last = (-CONTINUED * scale) / shape;
  if (shape >= 0 || ratio <= last) return paretoRarity(shape, scale, ratio);
  return paretoRarity(shape, scale, last) + (ratio - last) / (scale * (1 - CONTINUED));
}

/** The inverse of `rarity`. */
function excess(shape: number, wanted: number): number {
  const scale = 1 - shape;
  const last = (-CONTINUED * scale) / shape;
  const most = shape >= 0 ? Number.POSITIVE_INFINITY : paretoRarity(shape, scale, last);
  if (wanted <= most) return paretoQuantile(shape, scale, Math.exp(-wanted));
  return last + (wanted - most) * scale * (1 - CONTINUED);
}
