/** A training from its begin to its end, whatever becomes of it between them. */

import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { Training } from '../../src/train/training.ts';
import { MARK } from '../../src/train/undo.ts';
import { testLog } from '../support/road.ts';
import { configOf, openTraining, points } from '../support/training.ts';

t.test('goes on from its last checkpoint, and forgets what came after it', async (t) => {
  const config = await configOf(t);
  const first = await openTraining(config);
  t.equal(first.position, undefined);
  await first.learn(points(0, 10));
  await first.checkpoint({ at: 10 }, false);
  await first.learn(points(10, 20));
  await first.close();
  const second = await openTraining(config);
  t.strictSame(second.position, { at: 10 });
  t.equal(second.before, 10);
  await second.learn(points(10, 15));
  t.equal(second.counts.late, 0, 'what was not saved was not learned');
  await second.learn(points(5, 15));
  t.equal(second.counts.late, 10);
  await second.close();
});

t.test('knows how much of a line is still to come', async (t) => {
  const training = await openTraining(await configOf(t));
  await training.learn(Buffer.from('m v=1 1\nm v="a\nb'));
  t.equal(training.held, 8);
  await training.endPart();
  t.equal(training.held, 0);
  await training.close();
});

t.test('what only a training needs is freed', async (t) => {
  const config = await configOf(t);
  const training = await openTraining(config);
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
  const config = await configOf(t);
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
  const next = await openTraining(config);
  t.strictSame(next.position, { at: 10 });
  await next.close();
});

t.test('a position does not move without a point, and may be refused', async (t) => {
  const config = await configOf(t);
  const nothing = await openTraining(config);
  await nothing.checkpoint({ at: 9 }, true);
  await nothing.close();
  const first = await openTraining(config);
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
