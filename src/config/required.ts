/** A config that a command cannot do without. */
import { type Config, loadConfig, type PluginTable } from '../config.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { type Problem, problemText } from './problem.ts';

/** The config, and the log for what is to be told of it. */
export interface Required {
  readonly config: Config;
  readonly log: Log;
}

/** Loads the config as `run` does, with what is doubtful in it. Throws a Refusal where it has a mistake. */
export async function wholeConfig(
  file: string | undefined,
  plugins: PluginTable,
): Promise<{ config: Config; doubts: readonly Problem[] }> {
  const { config, problems } = await loadConfig(file, plugins);
  if (config !== undefined) return { config, doubts: problems };
  const error = problems.find(({ severity }) => severity === 'error')!;
  throw new Refusal(error.code, `${problemText(error)}; telegraf-anomaly check says more`);
}

/** The same, and says what is doubtful. */
export async function requiredConfig(
  file: string | undefined,
  plugins: PluginTable,
  logOf: (config: Config) => Log,
): Promise<Required> {
  const { config, doubts } = await wholeConfig(file, plugins);
  const log = logOf(config);
  for (const doubt of doubts) log.warn(`${doubt.code}: ${problemText(doubt)}`);
  return { config, log };
}
