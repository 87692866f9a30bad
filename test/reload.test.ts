import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { watchFile } from '../src/reload.ts';

/** Watches a file, and waits for what is seen of it. */
function watching(t: Test, path: string, text: string) {
  const seen: string[] = [];
  const watched = watchFile(path, text, (text) => seen.push(text));
  t.teardown(() => watched.close());
  return {
    seen,
    watched,
    next: async (text: string) => {
      while (seen.at(-1) !== text) await delay(10);
    },
  };
}

t.test('whatever happens to the file, its new text is told once', async (t) => {
  const directory = t.testdir({ file: 'one', a: { file: 'linked' }, b: { file: 'turned' } });
  const path = `${directory}/file`;
  const { seen, next } = watching(t, path, 'one');
  writeFileSync(path, '');
  writeFileSync(path, '\uFEFFin place');
  await next('in place');
  writeFileSync(`${directory}/other`, 'renamed');
  renameSync(`${directory}/other`, path);
  await next('renamed');
  rmSync(path);
  await delay(1500);
  writeFileSync(path, 'back');
  await next('back');
  rmSync(path);
  symlinkSync('a', `${directory}/..data`);
  symlinkSync('..data/file', path);
  await next('linked');
  symlinkSync('b', `${directory}/..data_tmp`);
  renameSync(`${directory}/..data_tmp`, `${directory}/..data`);
  await next('turned');
  utimesSync(path, 1, 1);
  rmSync(directory, { recursive: true });
  await delay(1500);
  mkdirSync(directory);
  writeFileSync(path, 'turned');
  await delay(2500);
  t.same(seen, ['in place', 'renamed', 'back', 'linked', 'turned']);
});

t.test('a change before the first look is seen, one after the last is not', async (t) => {
  const path = `${t.testdir({ file: 'now' })}/file`;
  const { seen, next, watched } = watching(t, path, 'then');
  await next('now');
  watched.close();
  writeFileSync(path, 'later');
  await delay(2000);
  t.same(seen, ['now']);
});

t.test('a process that only watches ends', async (t) => {
  const module = JSON.stringify(new URL('../src/reload.js', import.meta.url).href);
  const program = `import { watchFile } from ${module}; watchFile('absent', '', () => {});`;
  const options = ['-i', process.execPath, '--input-type=module', '-e', program];
  const { status } = spawnSync('env', options, { timeout: 90_000, stdio: 'inherit' });
  t.equal(status, 0);
});
