import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { agentSchema, stateSchema } from '../src/config/schema.ts';
import { loadConfig } from '../src/config.ts';
import { plugins } from './support/plugins.ts';
import { brief } from './support/problems.ts';

const FOLDER = fileURLToPath(new URL('../../test/fixtures/config/', import.meta.url));
const ENVIRONMENT = { LEVEL: 'warn', NUMBER: '7', YES: 'TRUE', DAYS: '' };

/** The lines `# => line:column CODE words of the reason` of a fixture. */
function expectations(text: string): { brief: string; words: string }[] {
  const lines = text.matchAll(/^# => (\d+:\d+ (?:warning )?[A-Z_]+) ?(.*)$/gm);
  return [...lines].map(([, brief, words]) => ({ brief: brief!, words: words! }));
}

t.test('every problem of a file is said at once, with its place', async (t) => {
  for (const name of readdirSync(FOLDER)) {
    const file = join(FOLDER, name);
    const text = readFileSync(file, 'utf8');
    const expected = expectations(text);
    const loaded = await loadConfig(file, plugins, ENVIRONMENT);
    t.same(
      loaded.problems.map(brief),
      expected.map(({ brief }) => brief),
      name,
    );
    for (const [at, { words }] of expected.entries())
      t.ok(
        loaded.problems[at]?.reason.includes(words),
        `${name}: "${words}" in "${loaded.problems[at]?.reason}"`,
      );
    const failed = expected.some(({ brief }) => !brief.includes('warning'));
    t.equal(loaded.config === undefined, failed, `${name} loads unless there is an error`);
    t.equal(loaded.text, text, `${name}: the text for code frames`);
  }
});

t.test('places are right after CRLF and a byte order mark', async (t) => {
  const text = readFileSync(join(FOLDER, 'values.toml'), 'utf8');
  const dir = t.testdir({ 'a.toml': `\uFEFF${text.replaceAll('\n', '\r\n')}` });
  const { problems } = await loadConfig(join(dir, 'a.toml'), plugins, ENVIRONMENT);
  t.same(
    problems.map(brief),
    expectations(text).map(({ brief }) => brief),
  );
});

t.test('what a config says, and what it leaves to the defaults', async (t) => {
  const { config } = await loadConfig(join(FOLDER, 'valid.toml'), plugins);
  t.same(config?.agent, {
    log_level: 'debug',
    annotation_prefix: 'odd.1',
    late_limit: 3600,
    stats_interval: 60,
  });
  t.same(config?.state, {
    store: 'lmdb',
    path: join(FOLDER, 'state'),
    memory: 2 ** 26,
    snapshot_interval: 0.5,
    idle_expiry: 0,
    sync: false,
  });
  t.same(
    config?.detectors.map(({ detector, policy }) => [detector.name, policy.alias, policy.threshold]),
    [
      ['zscore', 'cpu', 5],
      ['zscore', 'zscore', undefined],
      ['needy', 'needy', undefined],
      ['zscore', 'last', undefined],
    ],
    'in the order of the file, the alias from the detector where it is not given',
  );
  t.strictSame(config?.detectors[0], {
    detector: (await plugins.detectors.zscore!()).default,
    options: {
      memory: 90,
      buffer: 1e6,
      ratio: 1,
      strict: false,
      shape: 'round',
      weights: [1, 2.5],
      note: 'none',
    },
    policy: {
      alias: 'cpu',
      prepare: 'none',
      counter: 'auto',
      threshold: 5,
      max_false_alarms: '1/week',
      min_deviation: 0,
      min_deviation_ratio: 0,
      min_duration: 0,
      cooldown: undefined,
      hysteresis: 0.5,
      end_after: undefined,
      hold: false,
      accept_after: 6 * 3600,
      direction: 'up',
      annotate: 'fields',
      score_fields: true,
      namepass: ['cpu*'],
      namedrop: [],
      fieldinclude: ['usage_*'],
      fieldexclude: [],
      tagpass: { host: ['web*', 'db1'] },
      tagdrop: {},
    },
  });
  t.same(config?.detectors[1]?.policy.tagdrop, { host: ['web*'] });
});

t.test('without a file the default detector watches everything', async (t) => {
  const { config, problems } = await loadConfig(undefined, plugins);
  t.same(problems, []);
  t.same(config?.agent, agentSchema.parse({}));
  t.same(config?.state, stateSchema.parse({}));
  t.equal(config?.detectors.length, 1);
  t.match(config?.detectors[0], {
    detector: { name: 'baseline' },
    options: { memory: 3600 },
    policy: {
      alias: 'baseline',
      threshold: undefined,
      max_false_alarms: '1/week',
      namepass: [],
      tagpass: {},
      fieldinclude: [],
      direction: 'both',
    },
  });
});

t.test('a file that cannot be read', async (t) => {
  const dir = t.testdir({ 'latin1.toml': Buffer.from('# caf\xe9\n', 'latin1'), 'locked.toml': '' });
  chmodSync(join(dir, 'locked.toml'), 0);
  const names = ['absent.toml', '', 'latin1.toml', ...(process.getuid?.() === 0 ? [] : ['locked.toml'])];
  for (const name of names) {
    const { config, problems, text } = await loadConfig(join(dir, name), plugins);
    t.same(problems.map(brief), ['CONFIG_UNREADABLE'], name);
    t.match(problems[0]?.reason, join(dir, name).replace(/\/$/, ''), 'says the whole path');
    t.equal(config, undefined);
    t.equal(text, '');
  }
});

t.test('a file that is nested too deeply is a problem and no crash', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': `deep = ${'['.repeat(20_000)}` });
  const { problems } = await loadConfig(`${dir}/anomaly.toml`, plugins);
  t.match(problems, [{ code: 'CONFIG_SYNTAX', place: { line: 1 } }]);
});

t.test('the path of the state', async (t) => {
  const pathOf = async (path: string) => {
    const dir = t.testdir({ 'anomaly.toml': `[state]\n  path = "${path}"\n[[detectors.zscore]]\n` });
    const { config } = await loadConfig(join(dir, 'anomaly.toml'), plugins, { PLACE: '/srv/x' });
    return config?.state.path.replace(dir, 'DIR');
  };
  t.equal(await pathOf('../state'), join(t.testdirName, '../state'), 'begins at the file');
  t.equal(await pathOf('$PLACE/y'), '/srv/x/y');
  t.equal(await pathOf(''), '', 'the default is settled when the directory is needed');
});
