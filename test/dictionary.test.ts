import t from 'tap';
import { Dictionary, grown } from '../src/dictionary.ts';
import { hashBytes } from '../src/hash.ts';

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
  const dictionary = new Dictionary();
  const names = Array.from({ length: 20_000 }, (_, i) => `cpu,host=${'x'.repeat(i % 200)}${i}`);
  names.forEach((name, i) => {
    t.equal(find(dictionary, name), -1);
    t.equal(add(dictionary, name), i);
  });
  t.equal(dictionary.size, 20_000);
  t.ok(names.every((name, i) => find(dictionary, name) === i && dictionary.bytes(i).toString() === name));
});

t.test('strings of one hash are told apart, in every byte and by their length', async (t) => {
  const dictionary = new Dictionary();
  const names = ['abcdefg', 'abcdefh', 'bbcdefg', 'abcdef', 'abcdefgh', 'a', ''];
  names.forEach((name, i) => {
    t.equal(find(dictionary, name, 7), -1, name);
    t.equal(add(dictionary, name, 7), i);
  });
  names.forEach((name, i) => {
    t.equal(find(dictionary, name, 7), i);
  });
});

t.test('a string longer than a page has a page of its own', async (t) => {
  const dictionary = new Dictionary();
  const names = ['short', 'y'.repeat(3 << 20), 'after'];
  for (const name of names) add(dictionary, name);
  t.ok(names.every((name, i) => find(dictionary, name) === i && dictionary.bytes(i).toString() === name));
});

t.test('a grown column keeps its values and fills the rest', async (t) => {
  t.same([...grown(new Int32Array([1, 2]), 4, -1)], [1, 2, -1, -1]);
  t.same([...grown(new Uint32Array([4294967295]), 2)], [4294967295, 0]);
});
