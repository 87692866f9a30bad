import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { plugins } from '../../plugins/all.ts';
import { forget } from '../../src/commands/state-forget.ts';
import { acquireLock } from '../../src/state/lock.ts';
import { Child } from '../support/child.ts';
import { contentsOf } from '../support/invariants.ts';
import { Shaky } from '../support/shaky.ts';
import { learnState, state, withStore } from '../support/states.ts';

const HOSTS = Array.from({ length: 150 }, (_, host) => `m,host=${host}`);
const POINTS = HOSTS.map((host) => `${host} v=1,w=1 1000\n`).join('');

async function learned(t: Test): Promise<string> {
  const path = t.testdir();
  await learnState(path, POINTS);
  return path;
}

/** Tag set, field and count of each series. */
const known = (path: string) =>
  state('list', '--path', path)
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .map(([tagSet, field, , , count]) => `${tagSet} ${field} ${count}`);

const all = (hosts = HOSTS, fields = ['v', 'w']) =>
  hosts.flatMap((host) => fields.map((field) => `${host} ${field} 1`)).sort();

t.test('without --yes it only says what would go', async (t) => {
  const path = await learned(t);
  const { status, stdout, stderr } = state('forget', '--path', path, '--filter', '*host=1*', '--field', 'v');
  t.same([status, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  t.equal(lines.length, 12, 'some are shown');
  t.equal(lines[0], 'm,host=1\tv');
  t.match(lines.at(-1), /^61 series /);
  t.same(known(path).sort(), all());
});

t.test('nothing is forgotten without a filter', async (t) => {
  const path = await learned(t);
  for (const args of [['--field', 'v'], ['--yes']]) {
    const { status, stdout, stderr } = state('forget', '--path', path, ...args);
    t.same([status, stdout], [1, '']);
    t.match(stderr, /^STATE_NO_FILTER: /);
  }
  t.equal((await withStore(path, contentsOf)).tagSets.length, HOSTS.length);
});

t.test('what passes the filters is learned anew, and nothing else', async (t) => {
  const path = await learned(t);
  const some = state('forget', '--path', path, '--filter', '*host=1*', '--field', 'v', '--yes');
  t.same([some.status, some.stderr], [0, '']);
  t.match(some.stdout, /^forgotten: 61 series; 0 /);
  const ones = HOSTS.filter((host) => host.includes('=1'));
  const others = HOSTS.filter((host) => !host.includes('=1'));
  t.same(known(path).sort(), [...all(others), ...all(ones, ['w'])].sort());
  const whole = state('forget', '--path', path, '--filter', '*host=2*', '--filter', 'm,host=30', '--yes');
  t.match(whole.stdout, /^forgotten: 24 series; 12 /);
  await learnState(path, POINTS.replaceAll(' 1000', ' 2000'));
  const learnedAnew = (host: string, field: string) =>
    host.includes('=2') || host === 'm,host=30' || (host.includes('=1') && field === 'v');
  t.same(
    known(path).sort(),
    HOSTS.flatMap((host) =>
      ['v', 'w'].map((field) => `${host} ${field} ${learnedAnew(host, field) ? 1 : 2}`),
    ).sort(),
  );
  const { broken, tagSets } = await withStore(path, contentsOf);
  t.same([broken, tagSets.length], [[], HOSTS.length]);
});

t.test('everything, by a star', async (t) => {
  const path = await learned(t);
  const { stdout } = state('forget', '--path', path, '--filter', '*', '--yes');
  t.match(stdout, /^forgotten: 300 series; 150 /);
  t.match(JSON.parse(state('info', '--path', path, '--json').stdout), { tag_sets: 0, session: 2 });
  const { broken, named } = await withStore(path, contentsOf);
  t.same([broken, named], [[], 0]);
  await (await acquireLock(path, { retryFor: 0 })).release();
});

t.test('not while a process has the state; to look is allowed', async (t) => {
  const config = '[state]\n  path = "state"\n  snapshot_interval = "50ms"\n[[detectors.zscore]]\n';
  const child = await Child.start(t, { files: { 'anomaly.toml': config } });
  const path = join(child.directory, 'state');
  await child.write('m,host=a v=1 1000\n');
  await child.until('a snapshot has it', () => known(path).length === 1);
  const refused = state('forget', '--path', path, '--filter', '*', '--yes');
  t.same([refused.status, refused.stdout], [1, '']);
  t.match(refused.stderr, new RegExp(`^LOCK_BUSY: process ${child.pid} [^\\n]+\\n$`));
  t.match(state('forget', '--path', path, '--filter', '*').stdout, /^m,host=a\tv\n1 series /);
  t.equal((await child.end()).code, 0);
  t.same(child.logged('E! '), []);
  t.same(known(path), ['m,host=a v 1']);
});

t.test('where there is no state nothing is made', async (t) => {
  const path = join(t.testdir({ empty: {} }), 'absent');
  const { status, stderr } = state('forget', '--path', path, '--filter', '*', '--yes');
  t.equal(status, 1);
  t.match(stderr, /^STORE_NOT_FOUND: /);
  t.notOk(existsSync(path));
});

t.test('a store that fails is told of, and closed, and the directory is free', async (t) => {
  const path = await learned(t);
  const copy = new Shaky();
  await withStore(path, async (file) => {
    const keys = await file.keys(Buffer.alloc(0), undefined, 10_000);
    const values: Uint8Array[] = [];
    await file.getMany(keys, (i, value) => {
      values[i] = Uint8Array.from(value!);
    });
    await copy.putMany(keys, values);
  });
  let open = 0;
  copy.close = () => {
    open--;
  };
  const opened = () => {
    open++;
    return copy;
  };
  const broken = { ...plugins, stores: { lmdb: async () => ({ default: { name: 'lmdb', open: opened } }) } };
  const place = { path, config: undefined, plugins: broken };
  copy.writeFails = new Error('no space left');
  await t.rejects(forget(place, { filter: ['*'], field: [], yes: true }), { code: 'STATE_NOT_SAVED' });
  t.equal(open, 0);
  await (await acquireLock(path, { retryFor: 0 })).release();
  t.same(contentsOf(copy), { tagSets: [...HOSTS].sort(), named: 450, unnamed: 0, broken: [] });
});
