import t from 'tap';
import { hashBytes } from '../src/hash.ts';

const hash = (text: string, start = 0) => {
  const bytes = Buffer.from(`${'#'.repeat(start)}${text}????`);
  return hashBytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, bytes.length - 4);
};

t.test('it depends on the bytes alone, not on where they lie nor on what follows', async (t) => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'cpu,cpu=cpu0,host=a']) {
    for (const start of [1, 2, 3, 4]) t.equal(hash(text, start), hash(text), `${text} at ${start}`);
  }
});

t.test('names that differ in little spread over the slots of a table', async (t) => {
  const slots = new Set<number>();
  for (let i = 0; i < 4096; i++) slots.add(hash(`cpu,cpu=cpu${i % 64},host=server-${i >> 6}`) & 8191);
  // 4,096 random picks out of 8,192 hit 3,223 different ones on average, give or take 27.
  t.ok(slots.size > 3000, `${slots.size} slots`);
});
