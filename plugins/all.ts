/** Every plugin of the project, loaded when a config names it. One line a plugin. */
import type { PluginTable } from '../src/config.ts';

export const plugins: PluginTable = {
  detectors: {
    baseline: () => import('./detectors/baseline/baseline.ts'),
    zscore: () => import('./detectors/zscore/zscore.ts'),
    ewma: () => import('./detectors/ewma/ewma.ts'),
    mad: () => import('./detectors/mad/mad.ts'),
    spot: () => import('./detectors/spot/spot.ts'),
    null: () => import('./detectors/null/null.ts'),
    random: () => import('./detectors/random/random.ts'),
  },
  stores: {
    memory: () => import('./stores/memory/memory.ts'),
    lmdb: () => import('./stores/lmdb/lmdb.ts'),
  },
};
