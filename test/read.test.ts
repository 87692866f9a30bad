import t from 'tap';
import { Reader } from '../src/read.ts';

const textOf = ({ bytes, length }: Reader) => bytes.toString('utf8', 0, length);

t.test('what is not consumed stands at the head of the next block', async (t) => {
  const reader = new Reader();
  reader.add(Buffer.from('one\ntw'));
  reader.consume(4);
  t.equal(textOf(reader), 'one\ntw', 'consumed bytes stay until the next add');
  reader.add(Buffer.from('o\n'));
  t.equal(textOf(reader), 'two\n');
  reader.consume(0);
  reader.add(Buffer.from('three'));
  t.equal(textOf(reader), 'two\nthree');
});

t.test('behind the block stands a newline, and the view shows the same memory', async (t) => {
  const reader = new Reader();
  for (const size of [1, 1000, 300_000, 10]) {
    reader.add(Buffer.alloc(size, 'x'));
    t.equal(reader.bytes[reader.length], 10);
    t.ok(reader.bytes.length >= reader.length + 8, 'room to read a word too far');
    t.equal(reader.view.getUint8(reader.length - 1), 120);
  }
  t.equal(reader.length, 301_011);
});

t.test('the memory of one long line is given back', async (t) => {
  const reader = new Reader();
  reader.add(Buffer.alloc(20 << 20, 'x'));
  const large = reader.bytes.length;
  reader.consume((20 << 20) - 3);
  reader.add(Buffer.from('abc'));
  t.equal(textOf(reader), 'xxxabc');
  t.ok(reader.bytes.length < large / 20);
});
