/**
 * Baseline: what is strange for this series, at this time of day, after what came before, at this level and with
 * this much movement. An ensemble of small residuals, each measured by its own past.
 */
import type { Detector } from '../../../src/detector.ts';
import { Ensemble } from './ensemble.ts';
import { type Options, schema } from './options.ts';

const baseline: Detector<Options> = {
  name: 'baseline',
  version: 1,
  // By definition: the options incident_threshold and spike_threshold are where a score is 1.
  threshold: 1,
  // Of both heads, found on noise.
  decay: 0.16,
  options: schema,
  create: (options) => new Ensemble(options),
};

export default baseline;
