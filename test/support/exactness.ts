/**
 * Runs a stream twice at once, without a limit and with room for a hundredth of the rows, and holds what comes out
 * against each other, byte for byte. Half way the second one ends and begins again from what it has saved.
 */
import type { Test } from 'tap';
import zscore from '../../plugins/detectors/zscore/zscore.ts';
import memoryStore from '../../plugins/stores/memory/memory.ts';
import type { Config } from '../../src/config.ts';
import { optionTypes } from '../../src/options.ts';
import { Pipeline } from '../../src/pipeline.ts';
import type { Policy } from '../../src/policy.ts';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { Snapshots } from '../../src/state/snapshot.ts';
import type { Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { defaultPolicy, roadOf, testLog } from './road.ts';
import { type StreamOptions, stream } from './stream.ts';

const ROOM = 1000;

/** A z-score that scores early, so that few rounds do. */
export function zscoreConfig(more: Partial<Policy> = {}): Config {
  const options = zscore.options(optionTypes).parse({ warmup: 5 });
  const policy = { ...defaultPolicy, alias: 'zscore', threshold: 20, ...more };
  return { ...roadOf().config, detectors: [{ detector: zscore, options, policy } as Config['detectors'][0]] };
}

/** Opens one and the same store again and again. */
export function rememberingStore(): () => Promise<Store> {
  const store = memoryStore.open({ path: '', sync: false, readOnly: false }) as Store;
  // What it holds outlives the process that it plays.
  store.close = () => {};
  return async () => store;
}

/**
 * @param memory bytes: room for 1,000 rows and their names, which is checked
 * @returns how many values were scored, and what was said of counters
 */
export async function sameAtAnyMemory(
  test: Test,
  options: StreamOptions,
  memory: number,
  open: () => Promise<Store>,
  config = zscoreConfig(),
): Promise<{ values: number; counters: string[] }> {
  const log = testLog();
  const start = async () => {
    const store = await open();
    const hot = await finish(Hot.open(memory, new Cold(store, log)));
    return { hot, store, road: new Pipeline(config, log, hot) };
  };
  const unbounded = new Pipeline(config, log);
  let bounded = await start();
  let recalls = 0;
  const most = { rows: 0, bytes: 0 };
  const half = (options.tagSets * options.rounds) / 2;
  let restarted = false;
  let different = 0;
  for (const chunk of stream(options)) {
    const expected = await unbounded.process(chunk);
    const { hot, road, store } = bounded;
    if (!(await road.process(chunk)).every((byte, i) => byte === expected[i])) different++;
    most.rows = Math.max(most.rows, road.watches[0]!.state.hotRows);
    most.bytes = Math.max(most.bytes, hot.bytes);
    if (restarted || unbounded.counts.points < half) continue;
    restarted = true;
    recalls += road.recall.recalls;
    test.ok(await new Snapshots(hot, 10).finish(), 'everything is saved');
    await store.close();
    bounded = await start();
  }
  recalls += bounded.road.recall.recalls;
  const { flagged, values } = unbounded.counts;
  test.equal(different, 0, 'no chunk comes out differently');
  test.ok(flagged > 100, `${flagged} points are flagged`);
  const all = options.tagSets * options.rounds * (options.fields ?? 1);
  if (config.detectors[0]!.policy.prepare === 'none' && !options.counter) test.equal(values, all);
  else test.ok(values > all / 2 && values < all, `${values} values of ${all} are scored`);
  test.ok(most.rows <= ROOM, `at most ${most.rows} rows were hot`);
  test.ok(most.bytes <= memory, `at most ${most.bytes} bytes of ${memory} were taken`);
  test.ok(recalls > options.tagSets, `${recalls} recalls`);
  const counters = log.lines.filter((line) => line.startsWith('I! COUNTER: '));
  test.strictSame(
    log.lines.filter((line) => !counters.includes(line)),
    [],
  );
  await bounded.store.close();
  return { values, counters };
}
