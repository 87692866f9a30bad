import { join } from 'node:path';
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import { openRoad } from '../../src/replay/road.ts';
import { acquireLock } from '../../src/state/lock.ts';

t.test('a config with a mistake is refused', async (t) => {
  const dir = t.testdir({ 'a.toml': '[[detectors.zscore]]\n  thresold = 3\n' });
  const opening = openRoad({ config: join(dir, 'a.toml'), state: undefined, plugins, say: () => {} });
  await t.rejects(opening, { code: 'CONFIG_UNKNOWN_KEY' });
});

t.test('a warning is said, and no more', async (t) => {
  const dir = t.testdir({ 'a.toml': '[state]\n  store = "memory"\n  sync = true\n[[detectors.zscore]]\n' });
  const said: string[] = [];
  const road = await openRoad({
    config: join(dir, 'a.toml'),
    state: undefined,
    plugins,
    say: (line) => said.push(line),
  });
  await road.close();
  t.match(said, [/^W! .*CONFIG_NO_EFFECT/]);
});

t.test('a state that another process has is refused, whatever the config says of it', async (t) => {
  const dir = t.testdir({ 'a.toml': '[state]\n  store = "memory"\n[[detectors.zscore]]\n' });
  const state = join(dir, 'state');
  const lock = await acquireLock(state);
  t.teardown(() => lock.release());
  await t.rejects(openRoad({ config: join(dir, 'a.toml'), state, plugins, say: () => {} }), {
    code: 'REPLAY_STATE',
    message: /--state .* cannot be used: .* is in use by process \d+; end that one first, or give a copy$/,
  });
});
