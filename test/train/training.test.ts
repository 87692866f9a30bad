/** Which directories a training takes, and from where it goes on in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { plugins } from '../../plugins/all.ts';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Keeper } from '../../src/state/keeper.ts';
import { acquireLock } from '../../src/state/lock.ts';
import { Training } from '../../src/train/training.ts';
import { MARK } from '../../src/train/undo.ts';
import { testLog } from '../support/road.ts';

const SECOND = 1_000_000_000n;

async function configAt(directory: string, text = '[[detectors.zscore]]\n'): Promise<Config> {
  const file = join(directory, 'anomaly.toml');
  writeFileSync(file, `[state]\n  path = "state"\n${text}`);
  const { config } = await loadConfig(file, plugins);
  return config!;
}

const open = (config: Config, history = 'h', begin = 0n) =>
  Training.open({ config, plugins, log: testLog(), history, begin: async () => begin });

const points = (from: number, to: number) =>
  Buffer.from(
    Array.from({ length: to - from }, (_, i) => `m v=${i} ${BigInt(from + i) * SECOND}\n`).join(''),
  );

/** A `run` that has seen these. */
async function ran(config: Config, bytes: Buffer): Promise<void> {
  const keeper = await Keeper.open(config.state, plugins, testLog());
  await new Pipeline(config, testLog(), keeper.hot).process(bytes);
  await keeper.close();
}

async function started(t: Test, text?: string): Promise<Config> {
  return configAt(t.testdir({}), text);
}

t.test('goes on from its last checkpoint, and forgets what came after it', async (t) => {
  const config = await started(t);
  const first = await open(config);
  t.equal(first.position, undefined);
  await first.learn(points(0, 10));
  await first.checkpoint({ at: 10 }, false);
  await first.learn(points(10, 20));
  await first.close();
  const second = await open(config);
  t.strictSame(second.position, { at: 10 });
  t.equal(second.before, 10);
  await second.learn(points(10, 15));
  t.equal(second.counts.late, 0, 'what was not saved was not learned');
  await second.learn(points(5, 15));
  t.equal(second.counts.late, 10);
  await second.close();
});

t.test('knows how much of a line is still to come', async (t) => {
  const training = await open(await started(t));
  await training.learn(Buffer.from('m v=1 1\nm v="a\nb'));
  t.equal(training.held, 8);
  await training.endPart();
  t.equal(training.held, 0);
  await training.close();
});

t.test('a directory that a process has', async (t) => {
  const config = await started(t);
  mkdirSync(config.state.path, { recursive: true });
  const lock = await acquireLock(config.state.path);
  await t.rejects(open(config), { code: 'TRAIN_BUSY', message: new RegExp(`process ${process.pid} has`) });
  await lock.release();
  await (await open(config)).close();
});

t.test('a state of other values: older ones are gone on from, newer ones refused', async (t) => {
  const config = await started(t);
  await ran(config, points(0, 10));
  await t.rejects(open(config, 'h', 9n * SECOND), { code: 'TRAIN_NEWER', message: /00:00:09Z/ });
  const training = await open(config, 'h', 9n * SECOND + 1n);
  t.equal(training.position, undefined);
  await training.learn(points(5, 15));
  t.equal(training.counts.late, 5);
  await training.close();
});

t.test('a state that others have gone on with is no longer the training’s', async (t) => {
  const config = await started(t);
  const training = await open(config);
  await training.learn(points(0, 10));
  await training.checkpoint({ at: 10 }, false);
  await training.close();
  await ran(config, points(10, 20));
  await t.rejects(open(config), { code: 'TRAIN_NEWER' });
  await ran(config, points(20, 30));
  const other = await open(config, 'other', 30n * SECOND);
  t.equal(other.position, undefined, 'nothing is rolled back');
  await other.close();
});

t.test('an unfinished history goes before another one, and wants its config', async (t) => {
  const config = await started(t);
  const training = await open(config);
  await training.learn(points(0, 10));
  await training.checkpoint({ at: 10 }, false);
  await training.close();
  await t.rejects(open(config, 'other', 100n * SECOND), { code: 'TRAIN_UNFINISHED', message: /history: h;/ });
  const changed = await configAt(t.testdirName, '[[detectors.zscore]]\n  threshold = 9\n');
  await t.rejects(open(changed), { code: 'TRAIN_CONFIG_CHANGED' });
  const rest = await open(config);
  await rest.checkpoint({ at: 10 }, true);
  await rest.close();
  await (await open(changed, 'other', 100n * SECOND)).close();
});

t.test('one that has learned nothing is in nobody’s way', async (t) => {
  const config = await started(t);
  await (await open(config)).close();
  await (await open(config, 'other')).close();
});

t.test('a state in memory would be lost', async (t) => {
  const config = await started(t);
  const nowhere = { ...config, state: { ...config.state, store: 'memory' as const } };
  await t.rejects(open(nowhere), { code: 'TRAIN_IN_MEMORY' });
});

t.test('a directory that cannot be locked', async (t) => {
  const config = await started(t);
  writeFileSync(config.state.path, 'a file');
  await t.rejects(open(config), { code: 'LOCK_FAILED' });
});

t.test('what only a training needs is freed', async (t) => {
  const config = await started(t);
  const training = await open(config);
  for (let i = 0; i < 3; i++) {
    await training.learn(points(10 * i, 10 * i + 10));
    await training.checkpoint({ at: i }, i === 2);
  }
  await training.tidy();
  await training.close();
  const store = await lmdb.open({ path: `${config.state.path}/store`, sync: false, readOnly: true });
  const keys = await store.keys(Buffer.alloc(0), undefined, 1000);
  const kinds = new Set(keys.map((key) => String.fromCharCode(key[0]!)));
  t.strictSame([...kinds].sort(), ['c', 'f', String(MARK), 'p', 't'].sort());
  await store.close();
});

t.test('a store that takes nothing more ends the training, and what was saved stays', async (t) => {
  const config = await started(t);
  let full = false;
  const failing = {
    ...plugins,
    stores: {
      lmdb: async () => ({
        default: {
          name: 'lmdb',
          open: async (options: Parameters<typeof lmdb.open>[0]) => {
            const store = await lmdb.open(options);
            return {
              capabilities: store.capabilities,
              getMany: store.getMany.bind(store),
              keys: store.keys.bind(store),
              delete: store.delete.bind(store),
              close: store.close.bind(store),
              putMany: async (keys: readonly Uint8Array[], values: readonly Uint8Array[]) => {
                if (full) throw new Error('full');
                await store.putMany(keys, values);
              },
            };
          },
        },
      }),
    },
  };
  const training = await Training.open({
    ...{ config, plugins: failing, log: testLog(), history: 'h' },
    begin: async () => 0n,
  });
  await training.learn(points(0, 10));
  await training.checkpoint({ at: 10 }, false);
  await training.learn(points(10, 20));
  full = true;
  await t.rejects(training.checkpoint({ at: 20 }, false), { code: 'TRAIN_NOT_SAVED' });
  await training.close();
  const next = await open(config);
  t.strictSame(next.position, { at: 10 });
  await next.close();
});

t.test('a position does not move without a point, and may be refused', async (t) => {
  const config = await started(t);
  const nothing = await open(config);
  await nothing.checkpoint({ at: 9 }, true);
  await nothing.close();
  const first = await open(config);
  t.equal(first.position, undefined);
  await first.learn(points(0, 10));
  await first.checkpoint({ at: 10 }, true);
  await first.close();
  const asked: unknown[] = [];
  const check = (...given: unknown[]) => {
    asked.push(given);
    throw Object.assign(new Error('no'), { code: 'NO' });
  };
  for (let i = 0; i < 2; i++)
    await t.rejects(
      Training.open({ config, plugins, log: testLog(), history: 'h', begin: async () => 0n, check }),
      { code: 'NO' },
    );
  t.strictSame(
    asked,
    [
      [{ at: 10 }, true],
      [{ at: 10 }, true],
    ],
    'a refusal changes nothing',
  );
});
