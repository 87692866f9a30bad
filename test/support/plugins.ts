/** A small plugin table for the tests of the config; `baseline` is only the name of the default detector. */
import type { PluginTable } from '../../src/config.ts';
import type { Detector, Instance } from '../../src/detector.ts';

const instance: Instance = { width: 1, score: () => 0, learn: () => {} };

const zscore: Detector = {
  name: 'zscore',
  version: 1,
  threshold: 4,
  options: ({ z, duration, size }) =>
    z
      .object({
        memory: duration()
          .refine((seconds) => seconds > 0, 'must be more than 0')
          .prefault('1h'),
        memory_points: z.int().min(2).optional(),
        buffer: size().prefault('64KiB'),
        ratio: z.number().min(0).max(1).default(0.5),
        strict: z.boolean().default(false),
        shape: z.enum(['round', 'square']).default('round'),
        weights: z.array(z.number()).default([]),
        note: z.string().min(1).default('none'),
      })
      .refine((given) => given.memory_points !== 5, { path: ['memory_points'], message: 'must not be 5' }),
  create: (options) => {
    const { memory_points, strict } = options as { memory_points?: number; strict: boolean };
    if (strict && memory_points !== undefined)
      throw new Error('strict and memory_points exclude one another');
    return instance;
  },
};

const needy: Detector = {
  ...zscore,
  name: 'needy',
  threshold: 2,
  options: ({ z }) => z.object({ model: z.string() }),
  create: () => instance,
};

export const plugins: PluginTable = {
  stores: {},
  detectors: {
    baseline: async () => ({ default: { ...zscore, name: 'baseline' } }),
    zscore: async () => ({ default: zscore }),
    needy: async () => ({ default: needy }),
    broken: () => import(new URL('../absent.js', import.meta.url).href),
  },
};
