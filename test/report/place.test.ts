import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { placeOf } from '../../src/report/place.ts';

t.test('a file, new or there, and the one behind a link', async (t) => {
  const dir = realpathSync(t.testdir({ 'old.html': 'old', input: 'm v=1 1\n' }));
  symlinkSync('old.html', join(dir, 'link'));
  const inUse = [join(dir, 'input'), join(dir, 'away')];
  t.equal(placeOf(join(dir, 'new.html'), inUse), join(dir, 'new.html'));
  t.equal(placeOf(join(dir, 'old.html'), inUse), join(dir, 'old.html'));
  t.equal(placeOf(join(dir, 'link'), inUse), join(dir, 'old.html'));
  t.strictSame(readdirSync(dir).sort(), ['input', 'link', 'old.html'], 'nothing is left');
});

t.test('what is no file is not replaced', async (t) => {
  const dir = t.testdir({ folder: {} });
  const pipe = join(dir, 'pipe');
  t.equal(spawnSync('mkfifo', [pipe]).status, 0);
  symlinkSync('pipe', join(dir, 'to-pipe'));
  symlinkSync('away', join(dir, 'to-nothing'));
  for (const name of ['pipe', 'pipe/', 'to-pipe', 'folder', 'to-nothing'])
    t.throws(() => placeOf(`${dir}/${name}`, []), /give the path of a file/, name);
  t.throws(() => placeOf('', []), /it is a directory/);
  t.ok(lstatSync(pipe).isFIFO());
});

t.test('nor what is read', async (t) => {
  const dir = t.testdir({ input: 'm v=1 1\n' });
  mkdirSync(join(dir, 'a'));
  symlinkSync('../input', join(dir, 'a', 'link'));
  const input = join(dir, 'input');
  for (const name of ['input', 'input/', 'a/../input', 'a/link'])
    t.throws(() => placeOf(`${dir}/${name}`, [input]), /which is read/, name);
  t.throws(() => placeOf(input, [join(dir, 'a', 'link')]), /which is read/);
});

t.test('a place where nothing can be made is told at once', async (t) => {
  const dir = t.testdir({});
  t.throws(() => placeOf(join(dir, 'away', 'a.html'), []), { code: 'ENOENT' });
  t.throws(() => placeOf(join(dir, `${'a'.repeat(253)}`), []), { code: 'ENAMETOOLONG' });
  writeFileSync(join(dir, 'file'), '');
  t.throws(() => placeOf(join(dir, 'file', 'a.html'), []), { code: 'ENOTDIR' });
});
