import { join } from 'node:path';
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import { requiredConfig } from '../../src/config/required.ts';
import { testLog } from '../support/road.ts';

t.test('a config, with what is doubtful in it told', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': '[agent]\n  log_level = "debug"\n[[detectors.zscore]]\n' });
  const log = testLog();
  const levels: string[] = [];
  const required = await requiredConfig(join(dir, 'anomaly.toml'), plugins, ({ agent }) => {
    levels.push(agent.log_level);
    return log;
  });
  t.equal(required.log, log);
  t.strictSame(levels, ['debug']);
  t.equal(required.config.detectors.length, 1);
  t.strictSame(log.lines, []);
});

t.test('a mistake is refused with its code and place', async (t) => {
  const dir = t.testdir({ 'anomaly.toml': '[[detectors.zscore]]\n  thresold = 3\n' });
  await t.rejects(requiredConfig(join(dir, 'anomaly.toml'), plugins, testLog), {
    code: 'CONFIG_UNKNOWN_KEY',
    message: /anomaly\.toml:2:3.*check says more/,
  });
});
