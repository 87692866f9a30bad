import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { loadConfig } from '../../src/config.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Keeper } from '../../src/state/keeper.ts';
import { newestTime } from '../../src/train/newest.ts';
import { testLog } from '../support/road.ts';

t.test('the newest time of any series', async (t) => {
  const path = t.testdir({ store: {} });
  const open = () => lmdb.open({ path: `${path}/store`, sync: false, readOnly: false });
  const empty = await open();
  t.equal(await newestTime(empty), undefined);
  await empty.close();
  const { config } = await loadConfig(undefined, plugins);
  const keeper = await Keeper.open({ ...config!.state, path }, plugins, testLog());
  const pipeline = new Pipeline(config!, testLog(), keeper.hot);
  await pipeline.process(
    Buffer.from('a x=1 -5\nb x=1 1700000000000000001\nb y=1 1700000000000000000\nc x=1 7\n'),
  );
  await keeper.close();
  const store = await open();
  t.equal(await newestTime(store), 1_700_000_000_000_000_001n);
  await store.close();
});
