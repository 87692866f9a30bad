/** The detectors that the command line asks for. */
import { plugins } from '../../plugins/all.ts';
import type { Detector } from '../../src/detector.ts';
import { option } from './measure.ts';

/** What stands beside the others in a comparison, and detects nothing. */
const NO_DETECTORS = ['null', 'random'];

/** Those of `--detectors zscore,...`; without it all that detect anything. */
export async function detectorsAsked(): Promise<Detector[]> {
  const real = Object.keys(plugins.detectors).filter((name) => !NO_DETECTORS.includes(name));
  const names = option('detectors', real.join(',')).split(',');
  return Promise.all(names.map(async (name) => (await plugins.detectors[name]!()).default));
}
