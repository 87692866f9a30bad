import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { Files } from '../../src/train/files.ts';
import type { Piece } from '../../src/train/train.ts';

const LINES = Array.from({ length: 60_000 }, (_, i) => `m,host=h${i % 7} v=${i} ${1_700_000_000_000 + i}\n`);
const TEXT = LINES.join('');

async function piecesOf(files: Files, position?: unknown): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of files.read(position)) pieces.push({ ...piece, bytes: Buffer.from(piece.bytes) });
  return pieces;
}

const textOf = (pieces: readonly Piece[]) => Buffer.concat(pieces.map(({ bytes }) => bytes)).toString();

t.test('plain and compressed ones, one after the other, from any place on', async (t) => {
  const dir = t.testdir({ a: TEXT, b: 'm v=1 1' });
  writeFileSync(join(dir, 'c'), Buffer.concat([gzipSync(TEXT), gzipSync('m v=2 2')]));
  const files = new Files([join(dir, 'a'), join(dir, 'b'), join(dir, 'c')]);
  const whole = `${TEXT}m v=1 1\n${TEXT}m v=2 2\n`;
  const pieces = await piecesOf(files);
  t.equal(textOf(pieces), whole);
  t.equal(pieces.filter(({ ends }) => ends).length, 3);
  t.ok(pieces.every(({ share }, i) => share <= 1 && share >= (pieces[i - 1]?.share ?? 0)));
  t.equal(pieces.at(-1)!.share, 1);
  let read = 0;
  for (const piece of pieces) {
    read += piece.bytes.length;
    // Of what it ends with, so much belongs to a line that is not whole.
    const held = piece.ends ? 0 : read - (whole.lastIndexOf('\n', read - 1) + 1);
    const position = JSON.parse(JSON.stringify(piece.position(held)));
    t.equal(textOf(await piecesOf(files, position)), whole.slice(read - held), files.describe(position));
  }
});

t.test('the first time', async (t) => {
  const dir = t.testdir({ a: '# none\n', b: 'm v=1 9\nm v=1 -8\nm v=1', c: 'm v=1 -10\n' });
  const begin = (...names: string[]) => new Files(names.map((name) => join(dir, name))).begin();
  t.equal(await begin('a', 'b', 'c'), -8n);
  t.equal(await begin('a'), undefined);
});

t.test('its name tells one history from another', async (t) => {
  const dir = t.testdir({ a: 'm v=1 1\n', b: 'm v=1 1\n' });
  const [a, b] = [join(dir, 'a'), join(dir, 'b')];
  const { name } = new Files([a, b]);
  t.equal(new Files([a, b]).name, name);
  t.not(new Files([b, a]).name, name);
  appendFileSync(b, 'm v=2 2\n');
  t.not(new Files([a, b]).name, name);
});

t.test('what cannot be read is refused', async (t) => {
  const dir = t.testdir({ cut: gzipSync(TEXT).subarray(0, 70_000), folder: {} });
  t.throws(() => new Files([join(dir, 'absent')]), { code: 'FILE_UNREADABLE' });
  t.throws(() => new Files([join(dir, 'folder')]), { code: 'FILE_UNREADABLE' });
  t.throws(() => new Files(['/dev/stdin', '/dev/null']), { code: 'TRAIN_FILE' }, 'a device');
  const pieces: Piece[] = [];
  const reading = async () => {
    for await (const piece of new Files([join(dir, 'cut')]).read(undefined)) pieces.push(piece);
  };
  await t.rejects(reading(), { code: 'FILE_UNREADABLE', message: /cut cannot be read/ });
  t.ok(pieces.length > 0, 'after what is before its end');
});
