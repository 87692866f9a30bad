import fc from 'fast-check';
import t from 'tap';
import { hashBytes } from '../../src/hash.ts';
import { Dictionary } from '../../src/state/dictionary.ts';
import { Frames } from '../../src/state/frames.ts';

function viewOf(text: string) {
  const bytes = Buffer.from(`>${text}????`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { view, start: 1, end: bytes.length - 4 };
}
function find(dictionary: Dictionary, text: string, hash?: number): number {
  const { view, start, end } = viewOf(text);
  return dictionary.find(view, start, end, hash ?? hashBytes(view, start, end));
}
function add(dictionary: Dictionary, text: string, hash?: number): number {
  const { view, start, end } = viewOf(text);
  return dictionary.add(view, start, end, hash ?? hashBytes(view, start, end));
}

t.test('strings get numbers in the order of first sight and keep them while the table grows', async (t) => {
  const dictionary = new Dictionary(new Frames());
  const names = Array.from({ length: 20_000 }, (_, i) => `cpu,host=${'x'.repeat(i % 200)}${i}`);
  names.forEach((name, i) => {
    t.equal(find(dictionary, name), -1);
    t.equal(add(dictionary, name), i);
  });
  t.equal(dictionary.size, 20_000);
  t.ok(names.every((name, i) => find(dictionary, name) === i && dictionary.bytes(i).toString() === name));
});

t.test('strings of one hash are told apart, in every byte and by their length', async (t) => {
  const dictionary = new Dictionary(new Frames());
  const names = ['abcdefg', 'abcdefh', 'bbcdefg', 'abcdef', 'abcdefgh', 'a'];
  names.forEach((name, i) => {
    t.equal(find(dictionary, name, 7), -1, name);
    t.equal(add(dictionary, name, 7), i);
  });
  names.forEach((name, i) => {
    t.equal(find(dictionary, name, 7), i);
  });
});

t.test('a string longer than a frame has memory of its own', async (t) => {
  const dictionary = new Dictionary(new Frames());
  const names = ['short', 'y'.repeat(3 << 20), 'after', 'z'.repeat(4088), 'z'.repeat(4089), 'end'];
  for (const name of names) add(dictionary, name);
  t.ok(names.every((name, i) => find(dictionary, name) === i && dictionary.bytes(i).toString() === name));
});

t.test('without a way to put them away, strings stay', async (t) => {
  const frames = new Frames();
  const dictionary = new Dictionary(frames);
  add(dictionary, 'for ever');
  frames.tick();
  t.notOk(frames.evict(false));
});

t.test('what goes and comes, in any order, is found as long as it is there', async () => {
  const name = fc.nat(60).map((i) => 'abc'.repeat(i * 5) + i);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), name), { maxLength: 300 }), (steps) => {
      const frames = new Frames();
      const there = new Map<string, number>();
      const dictionary: Dictionary = new Dictionary(frames, (id) => {
        there.delete(dictionary.bytes(id).toString());
      });
      // Few different hashes, so that strings stand in one another's way.
      const hash = (text: string) => text.length % 7;
      for (const [goes, text] of steps) {
        frames.tick();
        if (goes) frames.evict(false);
        else if (!there.has(text)) there.set(text, add(dictionary, text, hash(text)));
        if (dictionary.size !== there.size) return false;
        for (const [known, id] of there) if (find(dictionary, known, hash(known)) !== id) return false;
        if (!there.has(text) && find(dictionary, text, hash(text)) >= 0) return false;
      }
      return new Set(there.values()).size === there.size;
    }),
    { numRuns: 500 },
  );
});

t.test('evicted strings lose their numbers to new ones, and memory does not grow', async (t) => {
  const frames = new Frames();
  const gone: number[] = [];
  const dictionary = new Dictionary(frames, (id) => gone.push(id));
  for (let i = 0; i < 1000; i++) add(dictionary, `some,tag=set number=${i}`);
  const { resident } = frames;
  frames.tick();
  while (frames.evict(false));
  t.equal(gone.length, 1000);
  t.equal(dictionary.size, 0);
  for (let i = 0; i < 1000; i++) t.ok(add(dictionary, `else,tag=set number=${i}`) < 1000);
  t.ok(frames.resident <= resident + 4096);
});
