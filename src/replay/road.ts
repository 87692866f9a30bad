/** The road that files are replayed on: the engine of `run`, with a state that is thrown away or is in a directory of its own. */
import { requiredConfig } from '../config/required.ts';
import type { Config, PluginTable } from '../config.ts';
import type { Observe } from '../detect.ts';
import { createLog, type Log } from '../log.ts';
import { Pipeline } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { Hot } from '../state/hot.ts';
import { Keeper } from '../state/keeper.ts';

export interface Road {
  readonly config: Config;
  readonly pipeline: Pipeline;
  /** Saves what was learned, where it is kept. */
  close(): Promise<void>;
}

export interface RoadOptions {
  /** The config file; without one the default detector watches every numeric field. */
  readonly config: string | undefined;
  /** The directory of the state; without one it is in memory, and is gone afterwards. */
  readonly state: string | undefined;
  readonly plugins: PluginTable;
  /** What is to be told of every value; it is handed the state that the road works on. */
  readonly observer?: ((hot: Hot) => Observe) | undefined;
  /** Takes the lines of the log. */
  readonly say: (line: string) => void;
}

/** Throws a Refusal where the config has a mistake, or the state cannot be had. */
export async function openRoad({ config: file, state, plugins, observer, say }: RoadOptions): Promise<Road> {
  const logOf = ({ agent }: Config) =>
    createLog(agent.log_level, { write: (text: string) => say(text.trimEnd()) });
  const { config: loaded, log } = await requiredConfig(file, plugins, logOf);
  const place = state === undefined ? { store: 'memory' as const } : { store: 'lmdb' as const, path: state };
  const config = { ...loaded, state: { ...loaded.state, ...place } };
  const keeper = await openKeeper(config, plugins, log);
  const pipeline = new Pipeline(config, log, keeper.hot, observer?.(keeper.hot));
  return { config, pipeline, close: () => keeper.close() };
}

/** Nobody replays into a directory in order to lose what was learned. */
async function openKeeper({ state }: Config, plugins: PluginTable, log: Log): Promise<Keeper> {
  let reason = '';
  const error = (message: string): void => {
    reason ||= message;
  };
  const keeper = await Keeper.open(state, plugins, { ...log, error });
  if (keeper.storeName === state.store) return keeper;
  const [, busy] = /^LOCK_BUSY: ([^;]*)/.exec(reason) ?? [];
  const why = busy === undefined ? reason.split('; until')[0] : `${busy}; end that one first, or give a copy`;
  throw new Refusal('REPLAY_STATE', `--state ${state.path} cannot be used: ${why}`);
}
