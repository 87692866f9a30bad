/** The end of stdin with a million series that nothing has been saved of: Telegraf waits ten seconds, then kills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import lmdb from '../plugins/stores/lmdb/lmdb.ts';
import { Child } from './support/child.ts';
import { crowd } from './support/crowd.ts';
import { readCatalog } from './support/kept.ts';

const TELEGRAF_WAITS = 10_000;
const TAG_SETS = 1_000_000;
/** Have more points, so that they can be scored. */
const FAMILIAR = 1000;
const ROUNDS = 8;

t.setTimeout(1_000_000);

/** A child that counts what comes out, and the end of it. */
async function start(t: Test, path: string) {
  let bytes = 0;
  let tail = '';
  const child = await Child.start(t, {
    files: {
      'anomaly.toml': `
        [state]
          path = "${path}"
          snapshot_interval = "1h"
        [[detectors.zscore]]
          threshold = 6
          warmup = 5`,
    },
    receive: (chunk) => {
      bytes += chunk.length;
      tail = chunk.toString();
    },
  });
  let sent = 0;
  const feed = async (chunks: Iterable<Buffer>) => {
    for (const chunk of chunks) {
      sent += chunk.length;
      await child.write(chunk);
    }
  };
  return { child, feed, lost: () => sent - bytes, tail: () => tail };
}

t.test('a million dirty rows are saved in time', { timeout: 900_000 }, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const { child, feed, lost } = await start(t, path);
  await feed(crowd({ tagSets: TAG_SETS, round: 0, fields: ['a'] }));
  for (let round = 1; round < ROUNDS; round++) await feed(crowd({ tagSets: FAMILIAR, round, fields: ['a'] }));
  await child.until('all is out', () => lost() === 0);
  const ended = performance.now();
  const { code, at } = await child.end();
  t.equal(code, 0);
  t.ok(at - ended < TELEGRAF_WAITS, `gone ${Math.round(at - ended)} ms after the end of stdin`);
  t.strictSame([...child.logged('W! '), ...child.logged('E! ')], []);

  const store = await lmdb.open({ path: join(path, 'store'), sync: false, readOnly: true });
  const catalog = await readCatalog(store);
  await store.close();
  t.equal(catalog?.tagSets, TAG_SETS);
  t.equal(catalog?.instances[0]?.rows, TAG_SETS);
  t.ok(catalog!.savedAt > 0, 'as a whole snapshot');

  const next = await start(t, path);
  const begun = performance.now();
  await next.feed(crowd({ tagSets: 1, round: ROUNDS, fields: ['a'], spike: 1000 }));
  await next.child.until('the first point is out', () => next.tail());
  t.comment(`the first point was out ${Math.round(performance.now() - begun)} ms after the start`);
  t.match(next.tail(), /,anomaly=\w+,.* a=1000,/, 'what was learned is there');
  t.equal((await next.child.end()).code, 0);
});
