/** Placeholder of the types until the loader lands. */
import type { Detector } from './detector.ts';
import type { Level } from './log.ts';
import type { Policy } from './policy.ts';

/** Name → loader of the module whose `default` is the plugin. */
export interface PluginTable {
  readonly detectors: Readonly<Record<string, () => Promise<{ default: Detector }>>>;
}

/** One `[[detectors.NAME]]` table, checked, with every default filled in. */
export interface DetectorConfig {
  readonly detector: Detector;
  /** What `detector.create` takes. */
  readonly options: unknown;
  readonly policy: Policy;
}

export interface Config {
  readonly agent: {
    readonly log_level: Level;
    /** Begins the name of every tag and field that we add: `anomaly`, `anomaly_score`, … */
    readonly annotation_prefix: string;
    /** Seconds. A value older than its series' last one by more than this restarts that series' time. */
    readonly late_limit: number;
  };
  readonly state: { readonly store: 'memory' };
  readonly detectors: readonly DetectorConfig[];
}
