/**
 * The generalised Pareto distribution, which the excesses over a high threshold follow: P(Y > y) =
 * (1 + shape * y / scale)^(-1 / shape), or exp(-y / scale) where the shape is 0.
 *
 * It is fitted by the greatest likelihood in one variable, x = shape / scale (S. D. Grimshaw, "Computing maximum
 * likelihood estimates for the generalized Pareto distribution", Technometrics 35, 1993). With k(x) the mean of
 * ln(1 + x * y), the likelihood at x is -ln(k / x) - k - 1 a value, and the shape there is k. Its slope is
 * (u * v - 1) / (x * k), with u the mean of 1 / (1 + x * y) and v = 1 + k, so its peaks are where u * v - 1 falls
 * through zero. They lie between -1 / largest and 2 * (mean - smallest) / smallest^2.
 *
 * Excesses are divided by their mean first, so that a change of unit changes nothing.
 */

/** Places in what `fitPareto` fills. */
export const SHAPE = 0;
export const SCALE = 1;

/** Fewer say nothing of a shape: they are taken as exponential. */
const FEWEST = 5;
/** Candidates are tried at steps of this factor; the likelihood is smooth in the logarithm of x. */
const STEP = 4;
/** Between -NEAR and NEAR the likelihood is taken as smooth in x itself. */
const NEAR = 1 / 64;
/** Nearer to zero than this, u * v - 1 is all rounding; its limit is known. */
const ZERO = 1e-6;
/** How near to -1 / largest the tail may be bounded, in parts of it: the likelihood has no bound beyond. */
const NEAREST_CORNER = 2 ** -28;
const CORNER_STEP = 16;
/** From so many excesses on, the peak is where it was, a little aside. */
const MANY = 200;
const FIRST_STRIDE = 1 / 16;
/** No tail is heavier: one excess in a thousand would be 10^11 times the scale. */
const MOST_SHAPE = 4;
/** With it, no product of four factors 1 + x * y, or of eight, overflows. */
const LARGEST_X = 1e9;
const MOST_STEPS = 60;
const PRECISION = 1e-12;

interface Range {
  readonly least: number;
  /** Excesses in units of their mean. */
  readonly smallest: number;
  readonly largest: number;
}

/** The excesses in units of their mean, and what was found at the last x. One fit at a time. */
let scaled = new Float64Array(256);
let count = 0;
let meanSquare = 0;
let k = 0;

/**
 * Fits `length` positive excesses, none beyond 1e300, which lie in `excesses` from `from` on, and writes shape and
 * scale to `out`.
 * @param least shape, at least -1: below 0 a tail ends somewhere. Where the likeliest shape is less, or more than `most`,
 * it is that bound, and the scale is the one that leaves the mean as it is.
 * @param near shape / scale of a fit to nearly the same excesses, where many need not be searched all over again
 */
export function fitPareto(
  excesses: ArrayLike<number>,
  from: number,
  length: number,
  least: number,
  most: number,
  out: Float64Array,
  near?: number,
): void {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += excesses[i]!;
  const mean = length === 0 ? 0 : sum / length;
  out[SHAPE] = 0;
  out[SCALE] = mean;
  if (length < FEWEST || mean === 0) return;
  const { smallest, largest } = rescale(excesses, from, length, mean);
  if (smallest === largest) return;

  const range = { least, smallest, largest };
  const best = near !== undefined && length >= MANY ? follow(near * mean, range) : search(range);
  if (best !== 0) slope(best);
  const shape = best === 0 ? 0 : k;
  out[SHAPE] = shape < least ? least : shape > most ? most : shape;
  if (out[SHAPE] !== shape) out[SCALE] = (1 - out[SHAPE]) * mean;
  else if (best !== 0) out[SCALE] = (k / best) * mean;
}

/** The x of the highest peak; 0 if the exponential is as likely. */
function search({ least, smallest, largest }: Range): number {
  let best = 0;
  let likelihood = 0;
  let left = least < 0 ? -(1 - NEAREST_CORNER) / largest : 0;
  let slopeLeft = slope(left);
  const last = Math.min((2 * (1 - smallest)) / smallest ** 2, LARGEST_X);
  while (left < last && !(left > 0 && k > MOST_SHAPE)) {
    const right = next(left, largest);
    const slopeRight = slope(right);
    if (slopeLeft > 0 && slopeRight <= 0) {
      const x = peak(left, slopeLeft, right, slopeRight);
      const found = likelihoodAt(x);
      if (found > likelihood) {
        likelihood = found;
        best = x;
      }
    }
    left = right;
    slopeLeft = slopeRight;
  }
  return best;
}

/** The x of the peak that is uphill from where one was before. */
function follow(before: number, range: Range): number {
  // Downhill from 0 to what may be tried: what lies beyond is seldom worth a search.
  if (range.least >= 0 && slope(0) <= 0) return 0;
  const corner = -(1 - NEAREST_CORNER) / range.largest;
  let a = before > corner ? before : corner / 2;
  let slopeA = slope(a);
  const towards = slopeA > 0 ? 1 : -1;
  for (let stride = FIRST_STRIDE; stride < 2; stride *= 2) {
    const ahead = a + towards * stride * Math.max(Math.abs(a), FIRST_STRIDE);
    const b = Math.max(ahead, (a + corner) / 2);
    const slopeB = slope(b);
    if (slopeB > 0 !== slopeA > 0) {
      const x = peak(a, slopeA, b, slopeB);
      if (likelihoodAt(x) > 0) return x;
      break;
    }
    [a, slopeA] = [b, slopeB];
  }
  return search(range);
}

/** Of a value, above that of the exponential; negative where it does not count. Leaves k as it is at x. */
function likelihoodAt(x: number): number {
  slope(x);
  return Math.abs(x) < ZERO || k < -1 ? -1 : -Math.log(k / x) - k;
}

/** The excess that is exceeded with this probability, from 0 to 1. */
export function paretoQuantile(shape: number, scale: number, probability: number): number {
  const rarity = -Math.log(probability);
  return shape === 0 ? scale * rarity : (scale * Math.expm1(shape * rarity)) / shape;
}

/** -ln of the probability that the excess is exceeded; infinite beyond the end of a bounded tail. */
export function paretoRarity(shape: number, scale: number, excess: number): number {
  const ratio = excess / scale;
  if (shape === 0) return ratio;
  return shape * ratio <= -1 ? Number.POSITIVE_INFINITY : Math.log1p(shape * ratio) / shape;
}

function rescale(
  excesses: ArrayLike<number>,
  from: number,
  length: number,
  mean: number,
): { smallest: number; largest: number } {
  if (length > scaled.length) scaled = new Float64Array(2 * length);
  count = length;
  meanSquare = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const y = excesses[from + i]! / mean;
    scaled[i] = y;
    meanSquare += (y * y) / length;
    if (y < smallest) smallest = y;
    if (y > largest) largest = y;
  }
  return { smallest, largest };
}

/** The next candidate: away from the corner at -1 / largest, then towards zero, across it, and away again. */
function next(x: number, largest: number): number {
  if (x > 0) return x * STEP;
  const part = -x * largest;
  if (part > 0.5) {
    const corner = (1 - part) * CORNER_STEP;
    return corner < 0.5 ? -(1 - corner) / largest : -0.5 / largest;
  }
  return x < -NEAR * STEP ? x / STEP : x < -NEAR ? -NEAR : NEAR;
}

/** The slope of the likelihood at x, and k there. */
function slope(x: number): number {
  if (Math.abs(x) < ZERO) {
    k = x;
    return meanSquare / 2 - 1;
  }
  let logs = 0;
  let reciprocals = 0;
  let product = 1;
  let i = 0;
  // A division for four values and a logarithm for eight: these two are what a fit takes its time for.
  for (; i + 4 <= count; i += 4) {
    const a = 1 + x * scaled[i]!;
    const b = 1 + x * scaled[i + 1]!;
    const c = 1 + x * scaled[i + 2]!;
    const d = 1 + x * scaled[i + 3]!;
    const ab = a * b;
    const cd = c * d;
    reciprocals += ((a + b) * cd + (c + d) * ab) / (ab * cd);
    product *= ab * cd;
    if ((i & 4) !== 0) {
      logs += Math.log(product);
      product = 1;
    }
  }
  for (; i < count; i++) {
    const factor = 1 + x * scaled[i]!;
    reciprocals += 1 / factor;
    product *= factor;
  }
  k = (logs + Math.log(product)) / count;
  return ((reciprocals / count) * (1 + k) - 1) / (x * k);
}

/** Where the slope is zero between two places where its signs differ: the Illinois variant of regula falsi. */
function peak(from: number, slopeFrom: number, to: number, slopeTo: number): number {
  let [a, slopeA, b, slopeB] = [from, slopeFrom, to, slopeTo];
  for (let step = 0; step < MOST_STEPS; step++) {
    const x = b - (slopeB * (b - a)) / (slopeB - slopeA);
    if (Math.abs(x - b) <= PRECISION * Math.abs(x)) return x;
    const found = slope(x);
    if (found === 0) return x;
    if (found > 0 === slopeB > 0) slopeA /= 2;
    else [a, slopeA] = [b, slopeB];
    [b, slopeB] = [x, found];
  }
  return b;
}
