import { join } from 'node:path';
import t from 'tap';
import { Document } from '../../src/config/document.ts';
import { readDetectors } from '../../src/config/instances.ts';
import { plugins } from '../support/plugins.ts';
import { brief } from '../support/problems.ts';

/** The detectors of a config in `folder`, and what is wrong with it. */
async function read(text: string, folder = '') {
  const document = new Document(join(folder, 'anomaly.toml'), text, {});
  const configs = await readDetectors(document, plugins);
  return { configs, problems: document.problems.map(brief) };
}

t.test('in the order of the file, with the defaults of each detector', async (t) => {
  const { configs, problems } = await read(
    '[[detectors.zscore]]\n[[detectors.needy]]\nmodel = "a"\n[[detectors.zscore]]\nalias = "b"\nthreshold = 9\nratio = 1\n',
  );
  t.same(problems, []);
  t.same(
    configs.map(({ detector, policy }) => [detector.name, policy.alias, policy.threshold]),
    [
      ['zscore', 'zscore', undefined],
      ['needy', 'needy', undefined],
      ['zscore', 'b', 9],
    ],
  );
  t.match(configs[2]?.options, { memory: 3600, ratio: 1 });
});

t.test('what is wrong with a table', async (t) => {
  const cases: [what: string, text: string, problems: string[]][] = [
    ['one table', '[detectors.zscore]', ['1:1 CONFIG_INVALID_VALUE']],
    ['a name that no detector has', '[[detectors.zscor]]', ['1:1 CONFIG_UNKNOWN_DETECTOR']],
    ['a name of any object', '[[detectors.toString]]', ['1:1 CONFIG_UNKNOWN_DETECTOR']],
    [
      'a shared option and one of its own',
      '[[detectors.zscore]]\nthreshold = 0\nratio = 2',
      ['2:13 CONFIG_INVALID_VALUE', '3:9 CONFIG_INVALID_VALUE'],
    ],
    [
      'a shared option beside an unknown detector',
      '[[detectors.x]]\nthreshold = 0\nany = 1',
      ['1:1 CONFIG_UNKNOWN_DETECTOR', '2:13 CONFIG_INVALID_VALUE'],
    ],
    ['an unknown option', '[[detectors.zscore]]\nmemry = 1', ['2:1 CONFIG_UNKNOWN_KEY']],
    ['a missing option', '\n[[detectors.needy]]', ['2:1 CONFIG_INVALID_VALUE']],
    [
      'options at odds',
      '\n[[detectors.zscore]]\nstrict = true\nmemory_points = 7',
      ['2:1 CONFIG_INVALID_VALUE'],
    ],
    ['one alias twice', '[[detectors.zscore]]\n\n[[detectors.zscore]]', ['3:1 CONFIG_DUPLICATE_ALIAS']],
    ['a plugin that does not load', '[[detectors.broken]]', ['1:1 CONFIG_MODULE']],
    ['a module that is no path', '[[detectors.zscore]]\nmodule = 5', ['2:10 CONFIG_MODULE']],
    ['a module that is not there', '[[detectors.mine]]\nmodule = "no.mjs"', ['2:10 CONFIG_MODULE']],
    [
      'globs that are none',
      '[[detectors.zscore]]\nnamepass = ["a", "{b,c}"]\ntagdrop = { host = [] }',
      ['2:18 warning CONFIG_NO_EFFECT', '3:20 warning CONFIG_NO_EFFECT'],
    ],
    [
      'braces and an empty list that mean something',
      '[[detectors.zscore]]\nnamepass = ["a*", "{b,c}"]\nnamedrop = []',
      [],
    ],
  ];
  for (const [what, text, expected] of cases) {
    const { problems } = await read(text);
    t.same(problems, expected, what);
  }
});

const MINE = `export default {
  name: 'mine', version: 1, threshold: 3,
  options: ({ z, duration }) => z.object({ season: duration().prefault('24h') }),
  create: ({ season }) => ({ width: 1, season, score() { return 0; }, learn() {} }),
};`;

t.test('a detector of the user, beside the config', async (t) => {
  const dir = t.testdir({ 'mine.mjs': MINE });
  const text = '[[detectors.mine]]\n  module = "./mine.mjs"\n  season = "7d"\n  threshold = 9\n';
  const { configs, problems } = await read(text, dir);
  t.same(problems, []);
  t.match(configs, [{ detector: { name: 'mine' }, options: { season: 604800 }, policy: { threshold: 9 } }]);
});

t.test('a detector whose options are broken', async (t) => {
  const broken: [name: string, was: string, is: string][] = [
    ['shared', 'season: duration()', 'season: duration(), namepass: z.string()'],
    ['throws', 'z.object', 'z.objekt'],
    ['no-schema', "z.object({ season: duration().prefault('24h') })", '7'],
  ];
  const dir = t.testdir(
    Object.fromEntries(broken.map(([name, was, is]) => [`${name}.mjs`, MINE.replace(was, is)])),
  );
  for (const [name] of broken) {
    const { configs, problems } = await read(`\n[[detectors.mine]]\n  module = "${name}.mjs"\n`, dir);
    t.same(problems, ['2:1 CONFIG_MODULE'], name);
    t.same(configs, []);
  }
});
