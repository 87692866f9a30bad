import { join } from 'node:path';
import t from 'tap';
import { plugins as shipped } from '../../plugins/all.ts';
import { describeChanges } from '../../src/config/changes.ts';
import { loadConfig } from '../../src/config.ts';

t.test('what another config changes', async (t) => {
  const load = async (text: string) => {
    const { config } = await loadConfig(join(t.testdir({ file: text }), 'file'), shipped);
    return config!;
  };
  const before = await load(
    '[[detectors.zscore]]\n alias = "a"\n[[detectors.zscore]]\n alias = "b"\n[[detectors.random]]\n alias = "c"\n',
  );
  t.same(describeChanges(before, before), []);
  const after = await load(
    '[agent]\n log_level = "debug"\n[state]\n memory = "2MiB"\n' +
      '[[detectors.zscore]]\n alias = "a"\n threshold = 5\n memory_points = 50\n namepass = ["cpu"]\n prepare = ["log"]\n' +
      '[[detectors.zscore]]\n alias = "c"\n[[detectors.null]]\n alias = "d"\n',
  );
  t.same(describeChanges(before, after), [
    'a: memory_points = 50 and it starts afresh',
    'a: namepass = ["cpu"]',
    'a: prepare = ["log"] and it starts afresh',
    'a: threshold = 5',
    'c is now zscore 1 and starts afresh',
    'd is new',
    'b is gone',
    '[agent] log_level = "debug" after a restart',
    '[state] memory = 2097152 after a restart',
  ]);
});
