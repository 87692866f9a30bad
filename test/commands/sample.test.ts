import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { plugins as shipped } from '../../plugins/all.ts';
import { sampleConfig } from '../../src/commands/sample.ts';
import { agentSchema, stateSchema } from '../../src/config/schema.ts';
import { loadConfig, type PluginTable } from '../../src/config.ts';
import { policySchema } from '../../src/policy.ts';
import { plugins as examples } from '../support/plugins.ts';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const sample = (...args: string[]) =>
  spawnSync(process.execPath, [CLI, 'sample', ...args], { encoding: 'utf8' });

const { baseline, needy } = examples.detectors;
const plugins: PluginTable = { detectors: { needy: needy!, baseline: baseline! }, stores: {} };
const FILES = {
  plugins: {
    detectors: {
      baseline: {
        'sample.conf': '# One line.\n[[detectors.baseline]]\n  ## Prose.\n  # memory = "1h"\n\n\n',
      },
      needy: { 'sample.conf': '# Another line.\n[[detectors.needy]]\n  model = "a"\n' },
    },
  },
};

/** The same config with all its commented defaults taken at their word. */
const uncommented = (text: string) =>
  text.replace(/^ {2}# (?=(?!threshold|cooldown|end_after)\w+ = )/gm, '  ');

t.test('the sample of one detector is a whole config', async (t) => {
  const dir = t.testdir(FILES);
  const text = await sampleConfig('baseline', plugins, pathToFileURL(`${dir}/`));
  t.ok(
    text.includes(FILES.plugins.detectors.baseline['sample.conf'].trimEnd()),
    'the sample.conf word for word',
  );
  t.notMatch(text, 'needy');
  t.notMatch(text, /undefined|\n\n\n|[^\n]$/);
  t.notMatch(text, /^.{111}/m, 'no long lines');
  for (const { shape } of [agentSchema, stateSchema, policySchema])
    for (const key of Object.keys(shape))
      t.match(text, new RegExp(`\\.\n  # ${key} = `), `${key} with prose and default`);
});

t.test('its defaults are those of the program', async (t) => {
  for (const name of ['baseline', 'needy']) {
    const dir = t.testdir(FILES);
    const text = await sampleConfig(name, plugins, pathToFileURL(`${dir}/`));
    const files = t.testdir({ 'commented.toml': text, 'uncommented.toml': uncommented(text) });
    t.match(text, /No default\.\n {2}# threshold = \d/);
    t.match(text, /No default: [^#]+(## [^#]+)*\n {2}# cooldown = "2h"/);
    t.match(uncommented(text), /^ {2}max_false_alarms = "1\/week"/m);
    const commented = await loadConfig(join(files, 'commented.toml'), plugins);
    const loaded = await loadConfig(join(files, 'uncommented.toml'), plugins);
    t.same(commented.problems, [], name);
    t.same(loaded.problems, [], name);
    t.equal(commented.config?.detectors.length, 1);
    t.same(loaded.config, commented.config, 'a line that loses its # changes nothing');
  }
});

t.test('the sample of all has the default detector at work, the others as comments', async (t) => {
  const dir = t.testdir(FILES);
  const text = await sampleConfig(undefined, plugins, pathToFileURL(`${dir}/`));
  t.match(text, /^\[\[detectors\.baseline\]\]$/m);
  t.match(text, '\n# # Another line.\n# [[detectors.needy]]\n#   model = "a"\n');
  const file = join(t.testdir({ 'a.toml': text }), 'a.toml');
  const { config, problems } = await loadConfig(file, plugins);
  t.same(problems, []);
  t.same(
    config?.detectors.map(({ detector }) => detector.name),
    ['baseline'],
  );
});

t.test('every detector of the package has a sample that check accepts', async (t) => {
  const names = Object.keys(shipped.detectors);
  t.ok(names.length > 0);
  for (const name of [undefined, ...names]) {
    const { status, stdout, stderr } = sample(...(name === undefined ? [] : [name]));
    t.equal(stderr, '');
    t.equal(status, 0);
    t.match(stdout, `[[detectors.${name ?? 'baseline'}]]`);
    const file = join(t.testdir({ 'a.toml': stdout }), 'a.toml');
    const { config, problems } = await loadConfig(file, shipped);
    t.same(problems, []);
    t.equal(config?.detectors.length, 1);
  }
});

t.test('a detector that there is not', async (t) => {
  const { status, stdout, stderr } = sample('zsocre');
  t.equal(status, 1);
  t.equal(stdout, '');
  t.match(stderr, 'did you mean "zscore"?');
});
