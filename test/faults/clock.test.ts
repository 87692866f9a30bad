/** Clocks that are wrong: the system's, which only snapshots and sweeps ask, and those that stamp the points. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { plugins } from '../../plugins/all.ts';
import type { Config } from '../../src/config.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Keeper } from '../../src/state/keeper.ts';
import { Sweeps } from '../../src/state/sweep.ts';
import { Child } from '../support/child.ts';
import { zscoreConfig } from '../support/exactness.ts';
import { chunks, expected, keptIn, sameRows } from '../support/known.ts';
import { testLog } from '../support/road.ts';

/** Most series are cold, so that a sweep would take them. */
const SCARCE = 136 << 10;
const YEARS = 365 * 86_400_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Sets the clock of this process, until the test ends. */
function clockOf(t: Test): { shift: number } {
  const now = Date.now;
  const clock = { shift: 0 };
  Date.now = () => now() + clock.shift;
  t.teardown(() => {
    Date.now = now;
  });
  return clock;
}

async function open(path: string) {
  const config: Config = {
    ...zscoreConfig(),
    state: {
      ...zscoreConfig().state,
      store: 'lmdb',
      path,
      memory: SCARCE,
      snapshot_interval: 0.02,
      sync: false,
    },
  };
  const log = testLog();
  const keeper = await Keeper.open(config.state, plugins, log);
  const pipeline = new Pipeline(config, log, keeper.hot);
  const sweeps = new Sweeps(keeper.hot, {
    idleExpiry: () => 14 * DAY,
    inUse: () => pipeline.watches.map(({ state }) => state),
    log,
  });
  return { log, keeper, pipeline, sweeps };
}

for (const [name, shifts] of [
  ['back', [0, -10 * YEARS, -10 * YEARS]],
  ['back to where it should have been', [10 * YEARS, 0, 0]],
  ['back at a restart', [0, 0, -10 * YEARS]],
  ['ahead', [0, 10 * YEARS, 10 * YEARS]],
] as const) {
  t.test(`the system's clock is set ${name}`, async (t) => {
    const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
    t.teardown(() => rmSync(path, { recursive: true }));
    const clock = clockOf(t);
    let different = 0;
    let state = await open(path);
    for (const [i, chunk] of chunks.entries()) {
      const part = Math.floor((3 * i) / chunks.length);
      clock.shift = shifts[part]!;
      if (part === 2 && part > Math.floor((3 * (i - 1)) / chunks.length)) {
        await state.keeper.close();
        t.strictSame(state.log.lines, []);
        state = await open(path);
      }
      const { keeper, pipeline, sweeps } = state;
      if (!expected.chunks[i]!.equals(Buffer.from(await pipeline.process(chunk)))) different++;
      if (i % 5 > 0) continue;
      const { savedAt } = keeper.hot.catalog;
      while (keeper.hot.catalog.savedAt === savedAt) await delay(5);
      t.ok(Math.abs(keeper.hot.catalog.savedAt - Date.now()) < 10_000, 'a snapshot by the clock of now');
      t.match(await sweeps.sweep(), { tagSets: 0, rows: 0, lost: 0 });
    }
    t.equal(different, 0, 'no chunk comes out differently');
    await state.keeper.close();
    t.strictSame(state.log.lines, []);
    const { rows, wrong } = await keptIn(path);
    t.strictSame(wrong, []);
    t.ok(sameRows(rows, expected.rows), 'nothing is lost');
  });
}

t.test('the clock of the points is set back', async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const start = () =>
    Child.start(t, {
      files: {
        'anomaly.toml': `[state]\n  path = "${path}"\n[[detectors.zscore]]\n  threshold = 6\n  hysteresis = 1.0\n  warmup = 10\n`,
      },
    });
  const FIRST = 1_767_225_600;
  const point = (second: number, value: number) => `m a=${value} ${FIRST + second}000000000\n`;
  const usual = (second: number) => point(second, 50 + (second % 10) / 10);

  const child = await start();
  await child.write(Array.from({ length: 30 }, (_, second) => usual(second)).join(''));
  await child.write(point(29 - HOUR, 1000));
  t.equal((await child.end()).code, 0);
  t.equal(child.text.match(/anomaly=/g), null, 'what is late is passed on');
  t.match(child.logged('I! ').at(-1), /30 values scored.* 1 late/);

  const next = await start();
  await next.write(point(20, 1000) + point(29 - 30 * DAY, 1000) + usual(31 - 30 * DAY));
  t.equal((await next.end()).code, 0);
  t.match(
    next.text,
    /^m a=1000 \S+\nm,anomaly=.* a=1000,.*\nm a=49.1 /,
    'weeks later the series goes on from there',
  );
  t.match(next.logged('I! ').at(-1), /2 values scored.* 1 late/);
});
