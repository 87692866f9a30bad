import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { Source } from '../src/source.ts';

async function text(source: Source, offset?: number): Promise<string> {
  let all = '';
  for await (const chunk of source.chunks(offset)) all += chunk;
  return all;
}

t.test('a file, packed or not, and how much of it was read', async (t) => {
  const content = 'line\n'.repeat(50_000);
  const dir = t.testdir({ plain: content });
  writeFileSync(join(dir, 'packed'), gzipSync(content));
  writeFileSync(join(dir, 'called.gz'), content);
  for (const name of ['plain', 'packed', 'called.gz']) {
    const source = new Source(join(dir, name));

    t.ok((await text(source)) === content, name);
    t.equal(source.read, source.size);
    for (const offset of [1, 100_001, content.length - 1, content.length])
      t.ok((await text(source, offset)) === content.slice(offset), `${name} from ${offset} on`);
    t.equal(source.read, source.size);
    t.ok(source.isFile);
  }
});

t.test('what cannot be read is refused', async (t) => {
  const packed = gzipSync('x'.repeat(1000));
  const dir = t.testdir({ 'cut.gz': packed.subarray(0, 20), 'torn.gz': packed.fill(7, 12, 16) });
  t.throws(() => new Source(join(dir, 'away')), { code: 'FILE_UNREADABLE' });
  t.throws(() => new Source(dir), { code: 'FILE_UNREADABLE' });
  for (const name of ['torn.gz', 'cut.gz'])
    await t.rejects(text(new Source(join(dir, name))), { code: 'FILE_UNREADABLE' }, name);
});
