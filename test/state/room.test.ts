/** The memory holds at every moment while series come in and columns grow, not only between the chunks. */
import t from 'tap';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { finish } from '../../src/waiting.ts';
import { crowd } from '../support/crowd.ts';
import { identity, roadOf, testLog } from '../support/road.ts';
import { lastingStore } from '../support/shaky.ts';

/** Tag sets that come in, which is more than there is room for. */
const TAG_SETS = 100_000;

t.setTimeout(120_000);

/** The most that was taken while anything waited for the store, and how often that was. */
async function most(memory: number, width: number, padding: number) {
  const store = lastingStore();
  const cold = new Cold(store, testLog());
  const hot = await finish(Hot.open(memory, cold));
  const instance = { ...identity, width };
  const { pipeline, log } = roadOf([{ instance }, { instance }], {}, hot);
  const seen = { bytes: 0, looks: 0, tagSets: 0 };
  const look = () => {
    seen.bytes = Math.max(seen.bytes, hot.bytes + cold.staged);
    seen.tagSets = Math.max(seen.tagSets, hot.tagSets.size);
    seen.looks++;
  };
  store.onPut = look;
  store.onWrite = look;
  for (const chunk of crowd({ tagSets: TAG_SETS, round: 0, fields: ['a', 'b'], padding })) {
    await pipeline.process(chunk);
    look();
  }
  return { ...seen, cold: hot.coldTagSets, lines: log.lines };
}

for (const [memory, width, padding] of [
  [8 << 20, 1, 0],
  [12 << 20, 1, 0],
  [24 << 20, 1, 100],
  [24 << 20, 40, 0],
] as const) {
  t.test(`${memory >> 20} MiB, rows of ${width}, names longer by ${padding}`, async (t) => {
    const { bytes, looks, tagSets, cold, lines } = await most(memory, width, padding);
    t.ok(bytes <= memory, `at most ${bytes} of ${memory} bytes, ${tagSets} tag sets`);
    t.ok(bytes > 0.8 * memory, 'which are used');
    t.ok(looks > 100, `${looks} looks`);
    t.ok(cold > 0, `${cold} tag sets are cold`);
    t.strictSame(lines, []);
  });
}
