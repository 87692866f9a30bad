/**
 * The road at work under Telegraf: it remembers between runs, follows its config file, and tells its own figures.
 */
import { describeChanges } from './config/changes.ts';
import { problemText } from './config/problem.ts';
import { type Config, type Loaded, loadConfig, type PluginTable } from './config.ts';
import { Latency } from './latency.ts';
import { createLog, type Log, textOf } from './log.ts';
import { Pipeline } from './pipeline.ts';
import { type Watched, watchFile } from './reload.ts';
import { Keeper } from './state/keeper.ts';
import { Sweeps } from './state/sweep.ts';
import type { Figures } from './stats.ts';
import { StatsEmitter, statsTags } from './stats-emitter.ts';
import type { MaybePromise } from './store.ts';

export interface LiveOptions {
  /** The config file, and what was loaded from it. */
  readonly file: string | undefined;
  readonly loaded: Loaded & { readonly config: Config };
  readonly plugins: PluginTable;
}

export class Live {
  readonly #file: string | undefined;
  readonly #plugins: PluginTable;
  readonly #keeper: Keeper;
  readonly #pipeline: Pipeline;
  readonly #log: Log;
  readonly #latency = new Latency();
  readonly #stats: StatsEmitter;
  readonly #watched: Watched | undefined;
  readonly #sweeps: Sweeps;
  #config: Config;
  /** To be followed from the next chunk on. */
  #next: Config | undefined;

  private constructor({ file, loaded, plugins }: LiveOptions, keeper: Keeper, log: Log) {
    this.#file = file;
    this.#plugins = plugins;
    this.#config = loaded.config;
    this.#keeper = keeper;
    this.#log = log;
    this.#pipeline = new Pipeline(loaded.config, log, keeper.hot);
    this.#sweeps = new Sweeps(keeper.hot, {
      idleExpiry: () => this.#config.state.idle_expiry,
      inUse: () => this.#pipeline.watches.map(({ state }) => state),
      log,
    });
    this.#sweeps.start();
    const tags = statsTags(file, keeper.storeName);
    this.#stats = new StatsEmitter(loaded.config.agent.stats_interval, tags, () => this.#figures());
    if (file !== undefined) this.#watched = watchFile(file, loaded.text, () => void this.#reload());
  }

  static async open(options: LiveOptions): Promise<Live> {
    const { config } = options.loaded;
    const log = createLog(config.agent.log_level);
    return new Live(options, await Keeper.open(config.state, options.plugins, log), log);
  }

  /** @param inLine the chunks before the first one ended in the middle of a line */
  begin(inLine: boolean): void {
    this.#pipeline.begin(inLine);
  }

  /** As the pipeline's. */
  process(chunk: Uint8Array): MaybePromise<Uint8Array> {
    if (this.#next !== undefined) this.#follow(this.#next);
    const began = performance.now();
    const bytes = this.#pipeline.process(chunk);
    if (bytes instanceof Promise) return bytes.finally(() => this.#latency.record(performance.now() - began));
    this.#latency.record(performance.now() - began);
    return bytes;
  }

  end(): MaybePromise<Uint8Array> {
    this.#watched?.close();
    return this.#pipeline.end();
  }

  /** To be told of everything that goes out, in order; answers our own figures where and when they may follow. */
  figures(written: Uint8Array): Buffer | undefined {
    this.#stats.wrote(written);
    return this.#stats.take();
  }

  /** Saves what was learned. */
  async close(): Promise<void> {
    const { points, values, flagged, alarms, late, malformed, failures } = this.#pipeline.counts;
    const rows = this.#pipeline.watches.reduce((sum, watch) => sum + watch.state.rows, 0);
    this.#log.info(
      `stdin ended after ${points} points: ${rows} rows, ${values} values scored, ` +
        `${flagged} points flagged, ${alarms} alarms, ${late} late, ${malformed} malformed, ${failures} failures`,
    );
    await this.#sweeps.stop();
    await this.#keeper.close();
  }

  async #reload(): Promise<void> {
    try {
      const { config, problems } = await loadConfig(this.#file, this.#plugins);
      const [error] = problems.filter(({ severity }) => severity === 'error');
      if (config === undefined) {
        const reason = error === undefined ? 'it cannot be read' : `${error.code}: ${problemText(error)}`;
        this.#log.error(`CONFIG_REFUSED: the config has changed, and the old one stays: ${reason}`);
        return;
      }
      for (const problem of problems) this.#log.warn(`${problem.code}: ${problemText(problem)}`);
      this.#next = config;
    } catch (error) {
      this.#log.error(`CONFIG_REFUSED: the config has changed, and the old one stays: ${textOf(error)}`);
    }
  }

  #follow(config: Config): void {
    this.#next = undefined;
    const changes = describeChanges(this.#config, config);
    try {
      this.#pipeline.configure(config);
      this.#config = config;
      this.#log.info(`the config has changed: ${changes.join('; ') || 'nothing that matters here'}`);
    } catch (error) {
      // The pipeline works on by the old one: nothing of it is made again, which might throw, too.
      this.#log.error(`CONFIG_REFUSED: the config has changed, and the old one stays: ${textOf(error)}`);
    }
  }

  #figures(): Figures {
    const { hot, snapshots } = this.#keeper;
    const { counts, recall } = this.#pipeline;
    let rows = 0;
    let hotRows = 0;
    for (const state of hot.states.values()) {
      rows += state.rows;
      hotRows += state.hotRows;
    }
    const { savedAt } = hot.catalog;
    return {
      counts,
      state: {
        hotRows,
        coldRows: rows - hotRows,
        recalls: recall.recalls,
        evictions: hot.frames.evictions,
        unscored: recall.unscored,
        damaged: hot.damaged,
        ...(savedAt > 0 && {
          // A clock can be set back.
          snapshotAge: Math.max(0, Date.now() - savedAt) / 1000,
          snapshotDuration: snapshots.duration,
        }),
        memory: hot.bytes + (hot.cold?.staged ?? 0),
        memoryLimit: hot.cold === undefined ? Number.NaN : hot.memory,
      },
      latency: this.#latency.take(),
      resident: process.memoryUsage.rss(),
    };
  }
}
