/** A state whose catalog is damaged is moved aside whole, and a new one begun in its place. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { stateSchema } from '../../src/config/schema.ts';
import { CATALOG_KEY } from '../../src/state/catalog.ts';
import { Keeper } from '../../src/state/keeper.ts';
import { roadOf, testLog } from '../support/road.ts';

t.test('a damaged catalog', async (t) => {
  const path = t.testdir();
  const config = stateSchema.parse({ path });
  const run = async () => {
    const log = testLog();
    const keeper = await Keeper.open(config, plugins, log);
    const road = roadOf([{}], {}, keeper.hot);
    await road.pipeline.process(Buffer.from('m,s=a v=1 1700000000000000000\n'));
    await keeper.close();
    return {
      lines: log.lines,
      rows: road.pipeline.watches[0]!.state.rows,
      session: keeper.hot.catalog.session,
    };
  };
  t.match(await run(), { lines: [], rows: 1, session: 1 });
  t.match(await run(), { lines: [], rows: 1, session: 2 });

  const store = await lmdb.open({ path: join(path, 'store'), sync: true, readOnly: false });
  let catalog = Buffer.alloc(0);
  await store.getMany([CATALOG_KEY], (_, value) => {
    catalog = Buffer.from(value!);
  });
  catalog[10]! ^= 1;
  await store.putMany([CATALOG_KEY], [catalog]);
  await store.close();

  const { lines, rows, session } = await run();
  t.equal(lines.length, 1);
  t.match(lines[0], /^W! STATE_DAMAGED: .*store\.damaged-/);
  t.match({ rows, session }, { rows: 1, session: 1 }, 'a new state');
  const [aside] = readdirSync(path).filter((file) => file.startsWith('store.damaged-'));
  t.ok(readdirSync(join(path, aside!)).includes('state.mdb'), 'nothing is thrown away');
  t.match(await run(), { lines: [], rows: 1, session: 2 });
});
