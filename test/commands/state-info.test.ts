import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FORMAT } from '../../src/state/catalog.ts';
import { STORE_FOLDER } from '../../src/state/keeper.ts';
import { recordKey } from '../../src/state/record.ts';
import { Child } from '../support/child.ts';
import { learnState, state, withStore } from '../support/states.ts';

const CONFIG = '[state]\n  path = "state"\n  snapshot_interval = "50ms"\n[[detectors.zscore]]\n';

const info = (...args: string[]) => {
  const { status, stdout, stderr } = state('info', '--json', ...args);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

t.test('what a state holds that nobody has', async (t) => {
  const path = t.testdir();
  const before = Date.now();
  await learnState(path, 'm,host=a v=1,w=1 1000\n');
  await learnState(path, 'm,host=b v=1 1000\n');
  const found = info('--path', path);
  t.match(found, {
    directory: path,
    store: 'lmdb',
    format: FORMAT,
    known_format: FORMAT,
    session: 2,
    tag_sets: 2,
    series: 3,
    damaged_tag_sets: 0,
    rows: 5,
    bytes: 3 * 32 + 2 * 24,
    process: null,
    instances: [
      { alias: 'fake', detector: 'fake', version: 1, rows: 3, row_bytes: 32, bytes: 96 },
      { alias: 'up', detector: 'fake', version: 1, rows: 2, row_bytes: 24, bytes: 48 },
    ],
  });
  const saved = Date.parse(found.last_snapshot);
  t.ok(saved >= before && saved <= Date.now());
  t.ok(found.snapshot_age_seconds >= 0 && found.snapshot_age_seconds <= (Date.now() - before) / 1000);
  for (const { last_used } of found.instances) t.ok(Date.parse(last_used) >= before);
  t.notOk('in_config' in found.instances[0], 'no config was given');
  const file = statSync(join(path, STORE_FOLDER, 'state.mdb'));
  t.ok(found.file_bytes >= 512 * file.blocks && found.file_bytes <= 512 * file.blocks + 65536);
});

t.test('a record that is damaged is counted', async (t) => {
  const path = t.testdir();
  await learnState(path, 'm,host=a v=1 1000\nm,host=b v=1 1000\n');
  await withStore(path, (store) => store.putMany([recordKey(Buffer.from('m,host=a'))], [Buffer.from('x')]));
  t.match(info('--path', path), { tag_sets: 2, series: 1, damaged_tag_sets: 1 });
});

t.test('which process has it, and which instances its config names', async (t) => {
  const child = await Child.start(t, { files: { 'anomaly.toml': CONFIG } });
  const path = join(child.directory, 'state');
  await child.write('m,host=a v=1 1000\n');
  const args = ['--config', join(child.directory, 'anomaly.toml')];
  await child.until('a snapshot has it', () => {
    const { status, stdout } = state('info', '--json', ...args);
    return status === 0 && JSON.parse(stdout).series === 1;
  });
  t.match(info(...args), {
    directory: path,
    process: child.pid,
    instances: [
      { alias: 'zscore', detector: 'zscore', in_config: true },
      { alias: 'zscore', detector: 'judge', in_config: true },
      { alias: 'zscore', detector: 'prepared', in_config: true },
    ],
  });
  const text = state('info', ...args).stdout;
  t.match(text, new RegExp(`^process +${child.pid} `, 'm'));
  await child.write('m,host=b v=1 1000\n');
  await child.end();
  t.match(info(...args), { process: null, series: 2 }, 'left in order');
  await learnState(path, 'm,host=a v=1 1000\n');
  t.match(info(...args).instances, [
    { alias: 'zscore', in_config: true },
    { detector: 'judge', in_config: true },
    { detector: 'prepared', in_config: true },
    { alias: 'fake', in_config: false },
    { alias: 'up', in_config: false },
  ]);
});

t.test('as text, a line a figure and a line an instance', async (t) => {
  const path = t.testdir();
  await learnState(path, 'm v=1 1000\n');
  const { status, stdout } = state('info', '--path', path);
  t.equal(status, 0);
  const lines = stdout.trimEnd().split('\n');
  t.same(
    lines.slice(0, 8).map((line) => line.slice(0, 11).trim()),
    ['directory', 'process', 'store', 'snapshot', 'tag sets', 'series', 'rows', 'files'],
  );
  t.equal(lines[0], `directory  ${path}`);
  t.match(lines[8], /^instances +2$/);
  t.match(lines.slice(9), [/^ {2}fake: fake version 1, .* 1 rows of 32 bytes/, /^ {2}up: /]);
});
