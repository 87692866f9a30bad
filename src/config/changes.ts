/** What another config changes, in words. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Config, DetectorConfig } from '../config.ts';
import { optionTypes } from '../options.ts';
import { policySchema } from '../policy.ts';
import { quote } from './explain.ts';

/** Of [agent] and [state], those that are followed at once; the others are taken at the start and kept until the end. */
const AT_ONCE: readonly string[] = ['annotation_prefix', 'late_limit', 'idle_expiry'];

/** One text for each thing that changed, e.g. `cpu: threshold = 5`; none when nothing did. */
export function describeChanges(before: Config, after: Config): string[] {
  const old = new Map(before.detectors.map((config) => [config.policy.alias, config]));
  const changes: string[] = [];
  for (const config of after.detectors) {
    const { alias } = config.policy;
    const previous = old.get(alias);
    old.delete(alias);
    if (previous === undefined) changes.push(`${alias} is new`);
    else changes.push(...detectorChanges(alias, previous, config));
  }
  for (const alias of old.keys()) changes.push(`${alias} is gone`);
  for (const section of ['agent', 'state'] as const)
    for (const { key, text } of optionChanges(before[section], after[section]))
      changes.push(`[${section}] ${text}${AT_ONCE.includes(key) ? '' : ' after a restart'}`);
  return changes;
}

function detectorChanges(alias: string, before: DetectorConfig, after: DetectorConfig): string[] {
  const { name, version } = after.detector;
  if (before.detector.name !== name || before.detector.version !== version)
    return [`${alias} is now ${name} ${version} and starts afresh`];
  const shapes = shapingOptions(after);
  return [...optionChanges(before.options, after.options), ...optionChanges(before.policy, after.policy)].map(
    ({ key, text }) => `${alias}: ${text}${shapes.has(key) ? ' and it starts afresh' : ''}`,
  );
}

/** The names of the options whose change makes the old state meaningless. */
function shapingOptions({ detector }: DetectorConfig): Set<string> {
  const options = Object.entries({ ...detector.options(optionTypes).shape, ...policySchema.shape });
  return new Set(
    options.filter(([, option]) => (option as z.ZodType).meta()?.shapes === true).map(([key]) => key),
  );
}

function optionChanges(before: unknown, after: unknown): { key: string; text: string }[] {
  const [old, now] = [before, after].map((options) => options as Record<string, unknown>);
  const keys = [...new Set([...Object.keys(old!), ...Object.keys(now!)])];
  return keys
    .filter((key) => !isDeepStrictEqual(old![key], now![key]))
    .map((key) => ({ key, text: `${key} = ${now![key] === undefined ? 'none' : quote(now![key])}` }));
}
