/** Trainings for a test: small histories of one series, and configs for them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { plugins } from '../../plugins/all.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Keeper } from '../../src/state/keeper.ts';
import { Training } from '../../src/train/training.ts';
import { testLog } from './road.ts';

export const SECOND = 1_000_000_000n;

export async function configAt(directory: string, text = '[[detectors.zscore]]\n'): Promise<Config> {
  const file = join(directory, 'anomaly.toml');
  writeFileSync(file, `[state]\n  path = "state"\n${text}`);
  const { config } = await loadConfig(file, plugins);
  return config!;
}

export const openTraining = (config: Config, history = 'h', begin = 0n) =>
  Training.open({ config, plugins, log: testLog(), history, begin: async () => begin });

/** One a second, from a second on and before another. */
export const points = (from: number, to: number) =>
  Buffer.from(
    Array.from({ length: to - from }, (_, i) => `m v=${i} ${BigInt(from + i) * SECOND}\n`).join(''),
  );

/** A `run` that has seen these. */
export async function ran(config: Config, bytes: Buffer): Promise<void> {
  const keeper = await Keeper.open(config.state, plugins, testLog());
  await new Pipeline(config, testLog(), keeper.hot).process(bytes);
  await keeper.close();
}

/** A config in a directory of its own. */
export async function configOf(t: Test, text?: string): Promise<Config> {
  return configAt(t.testdir({}), text);
}
