/**
 * How a stream of scores becomes detections, at a given threshold. A row is a candidate when its strangeness (the
 * magnitude of the score, in the direction that is watched) reaches the threshold:
 *
 *   raw         every candidate is a detection
 *   quiet       so is a candidate, unless one of the 100 rows before it is a detection
 *   hysteresis  so is a candidate, once there was strangeness below half the threshold since the last detection
 */

export type Rule = 'raw' | 'quiet' | 'hysteresis';

export const RULES: readonly Rule[] = ['raw', 'quiet', 'hysteresis'];
/** Those that detectors are offered. `raw` is how the published scores of others came about. */
export const OFFERED: readonly Rule[] = ['quiet', 'hysteresis'];

export const QUIET_ROWS = 100;
/** Of the threshold. A half is exact in binary, so that the sweep and this rule agree to the last bit. */
export const REARM_SHARE = 0.5;

/** The rows detected, in order. `threshold` is above 0; Infinity detects nothing. */
export function detections(rule: Rule, strangeness: Float64Array, threshold: number): number[] {
  const found: number[] = [];
  let armed = true;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < strangeness.length; row++) {
    const strange = strangeness[row]!;
    if (strange < REARM_SHARE * threshold) armed = true;
    if (strange < threshold) continue;
    const silenced = (rule === 'quiet' && row - last <= QUIET_ROWS) || (rule === 'hysteresis' && !armed);
    if (silenced) continue;
    found.push(row);
    last = row;
    armed = false;
  }
  return found;
}
