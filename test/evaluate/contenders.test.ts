import { join } from 'node:path';
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import { type Entry, readContenders } from '../../src/evaluate/contenders.ts';
import { LEAST_SETTINGS, readGrids } from '../../src/evaluate/grid.ts';
import { ROOT } from '../support/parts.ts';

const asked: Entry = { config: undefined, detectors: [], grid: undefined, settings: 64, seed: 1 };
const read = async (entry: Partial<Entry>) => readContenders({ ...asked, ...entry }, plugins);

t.test('every detector as it comes', async (t) => {
  const { contenders, config } = await read({});
  t.same(contenders.map(({ name }) => name).sort(), Object.keys(plugins.detectors).sort());
  t.match(config.agent, { late_limit: 604_800 });
  const nothing = contenders.find(({ name }) => name === 'null')!;
  t.match(nothing, { config: { policy: { alias: 'null' } }, settings: [{ text: '' }] });
  t.equal(nothing.settings.length, 1, 'without a grid there is the one setting');
});

t.test('those that are asked for, and always null and random', async (t) => {
  const { contenders } = await read({ detectors: ['zscore'] });
  t.same(contenders.map(({ name }) => name).sort(), ['null', 'random', 'zscore']);
  await t.rejects(read({ detectors: ['zscroe'] }), { code: 'EVALUATE_DETECTOR', message: /mean "zscore"/ });
});

t.test('the grids that detectors bring have enough settings, all of them valid', async (t) => {
  const { contenders } = await read({ settings: 1000 });
  for (const { name, settings } of contenders)
    t.ok(name === 'null' || settings.length >= LEAST_SETTINGS, `${name}: ${settings.length}`);
  const foundOn = contenders.filter((one) => one.foundOn !== undefined);
  t.match(foundOn, [{ name: 'baseline', foundOn: /Numenta/ }], 'those that have seen data before say so');
  const [first] = contenders.find(({ name }) => name === 'zscore')!.settings;
  t.match(first!.text, /^memory_points = 30\nwarmup = 10\nmin_stddev_ratio = 0.001$/);
  t.match(first!.config.options, { memory_points: 30, warmup: 10, min_stddev_ratio: 0.001 });
  const grid = readGrids(`${ROOT}plugins/detectors/zscore/grid.toml`).grids.get('zscore')!;
  t.equal(
    Object.values(grid).reduce((product, values) => product * values.length, 1),
    64,
  );
});

t.test('the tables of a config, with its sections', async (t) => {
  const dir = t.testdir({
    'mine.mjs': `export default { name: 'mine', version: 1, threshold: 2, options: ({ z }) => z.object({}),
      create: () => ({ width: 0, score: () => 0, learn: () => {} }) };`,
    'a.toml': `
      [agent]
        late_limit = "1h"
      [[detectors.zscore]]
        alias = "slow"
        memory = "6h"
        threshold = 5
        direction = "up"
        namepass = ["cpu*"]
        tagpass = { host = ["a"] }
      [[detectors.mine]]
        module = "mine.mjs"
      [[detectors.zscore]]
        warmup = 12
      `,
    'grid.toml': '[detectors.zscore]\n  min_stddev = [1.0, 2.0]\n',
  });
  const { contenders, config } = await read({ config: join(dir, 'a.toml'), grid: join(dir, 'grid.toml') });
  t.equal(config.agent.late_limit, 3600);
  t.same(
    contenders.map(({ name }) => name),
    ['null', 'random', 'slow', 'mine', 'zscore'],
  );
  const [, , slow, mine, zscore] = contenders;
  t.match(slow!.config, { options: { memory: 21_600 }, policy: { threshold: 5, direction: 'up' } });
  t.match(
    slow!.settings,
    [
      { text: 'min_stddev = 1', config: { options: { memory: 21_600, min_stddev: 1 } } },
      { text: 'min_stddev = 2', config: { policy: { threshold: 5 }, options: { min_stddev: 2 } } },
    ],
    'a setting changes the table as it stands',
  );
  t.equal(mine!.config.detector.name, 'mine');
  t.match(zscore!.config.options, { warmup: 12 });
});

t.test('a config or a grid with a mistake', async (t) => {
  const dir = t.testdir({
    'a.toml': '[[detectors.zscore]]\n  memry = 5\n',
    'unknown.toml': '[detectors.zscore]\n  memry = [5]\n',
    'invalid.toml': '[detectors.zscore]\n  warmup = [1, 2]\n',
  });
  await t.rejects(read({ config: join(dir, 'a.toml') }), {
    code: 'EVALUATE_CONFIG',
    message: /a\.toml:2:3: .*memry/,
  });
  await t.rejects(read({ grid: join(dir, 'unknown.toml') }), { code: 'EVALUATE_SETTING', message: /memry/ });
  await t.rejects(read({ grid: join(dir, 'invalid.toml') }), {
    code: 'EVALUATE_SETTING',
    message: /warmup = 1.*warmup/,
  });
});
