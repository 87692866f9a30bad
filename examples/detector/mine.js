// @ts-check
/**
 * A detector of one's own: how large a change is, in typical changes of its series. A model for yours; the
 * guide is docs/plugin-guide.md. Used in anomaly.toml by [[detectors.change]] with module = "./mine.js".
 */

/** Places in a series' row. */
const LAST = 0;
const TYPICAL = 1;
const COUNT = 2;

/** Values before the first score. */
const WARMUP = 10;

/** Values as large as a float64 gets must not overflow in a difference. */
const bounded = (/** @type {number} */ value) => Math.max(-1e150, Math.min(value, 1e150));

/** @type {import('telegraf-anomaly/detector').Detector<{ memory_points: number }>} */
const change = {
  name: 'change',
  version: 1,
  threshold: 10,

  options: ({ z }) =>
    z.object({
      memory_points: z.int().min(2).default(100).describe('Changes that the typical one is the average of.'),
    }),

  create: ({ memory_points }) => ({
    width: 3,
    score({ f64 }, at, _time, value) {
      if (f64[at + COUNT] < WARMUP) return 0;
      const least = Math.max(Math.abs(f64[at + LAST]) * 0.001, 1e-9);
      return (bounded(value) - f64[at + LAST]) / Math.max(f64[at + TYPICAL], least);
    },
    learn({ f64 }, at, _time, value) {
      const size = Math.abs(bounded(value) - f64[at + LAST]);
      const count = f64[at + COUNT];
      if (count > 0) f64[at + TYPICAL] += (size - f64[at + TYPICAL]) / Math.min(count, memory_points);
      f64[at + LAST] = bounded(value);
      f64[at + COUNT] = count + 1;
    },
  }),
};

export default change;
