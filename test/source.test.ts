import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { Source } from '../src/source.ts';

async function text(source: Source): Promise<string> {
  let all = '';
  for await (const chunk of source.chunks()) all += chunk;
  return all;
}

t.test('a file, packed or not, and how much of it was read', async (t) => {
  const content = 'line\n'.repeat(50_000);
  const dir = t.testdir({ plain: content });
  writeFileSync(join(dir, 'packed.gz'), gzipSync(content));
  for (const name of ['plain', 'packed.gz']) {
    const source = new Source(join(dir, name));
    t.equal(source.read, 0);
    t.ok((await text(source)) === content, name);
    t.equal(source.read, source.size);
  }
});

t.test('what cannot be read is refused', async (t) => {
  const dir = t.testdir({ 'no.gz': 'not packed', 'cut.gz': '' });
  writeFileSync(join(dir, 'cut.gz'), gzipSync('x'.repeat(1000)).subarray(0, 20));
  t.throws(() => new Source(join(dir, 'away')), { code: 'FILE_UNREADABLE' });
  t.throws(() => new Source(dir), { code: 'FILE_UNREADABLE' });
  for (const name of ['no.gz', 'cut.gz'])
    await t.rejects(text(new Source(join(dir, name))), { code: 'FILE_UNREADABLE' }, name);
});
