/** Bounds between which squares and ratios of values stay finite numbers. */

/** Values beyond it are taken as it: its square, times four, is still a finite number. */
export const LARGEST = 1e150;
/** No deviation is less, whatever the options say: 2 * LARGEST / SMALLEST is still a finite number. */
export const SMALLEST = 1e-150;

/** By comparisons: with Math.min and Math.max a z-score took a third longer. */
export function bounded(value: number): number {
  return value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
}
