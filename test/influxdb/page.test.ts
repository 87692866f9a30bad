import t from 'tap';
import { Page } from '../../src/influxdb/page.ts';

const text = (page: Page) => Buffer.concat([...page.lines()]).toString();
const at = (nanosecond: number) => `2023-11-14T22:13:20.00000000${nanosecond}Z`;
const EPOCH = '170000000000000000';

t.test('fields of one tag set and time are one point, in time order', async (t) => {
  const page = new Page();
  // A series that was split comes in two parts, here with another one between them.
  page.add('m,host=a', at(2), 'x=2');
  page.add('m,host=a', at(2), 'y=2i');
  page.add('m,host=b', at(1), 'x=1');
  page.add('m,host=a', at(1), 'x=1');
  page.add('m,host=a', at(3), 'x=3');
  page.add('m,host=a', at(1), 'y=1i');
  t.equal(page.values, 6);
  t.strictSame(text(page).split('\n'), [
    `m,host=a x=1,y=1i ${EPOCH}1`,
    `m,host=a x=2,y=2i ${EPOCH}2`,
    `m,host=a x=3 ${EPOCH}3`,
    `m,host=b x=1 ${EPOCH}1`,
    '',
  ]);
});

t.test('before 1970, and at the ends of what there is', async (t) => {
  const page = new Page();
  page.add('m', '1969-12-31T23:59:59.999999999Z', 'x=1');
  page.add('m', '1677-09-21T00:12:43.145224194Z', 'x=0');
  page.add('m', '2262-04-11T23:47:16.854775806Z', 'x=3');
  page.add('m', '1970-01-01T00:00:00Z', 'x=2');
  t.equal(text(page), 'm x=0 -9223372036854775806\nm x=1 -1\nm x=2 0\nm x=3 9223372036854775806\n');
});

t.test('pieces end with a line', async (t) => {
  const page = new Page();
  for (let i = 0; i < 30_000; i++) page.add(`m,host=${i}`, at(i % 9), 'x=1');
  const pieces = [...page.lines()];
  t.ok(pieces.length > 1);
  for (const piece of pieces) t.equal(piece.at(-1), 10);
  t.equal(text(page).split('\n').length, 30_001);
});

t.test('texts of any length, in any script', async (t) => {
  const page = new Page();
  const fields = Array.from({ length: 9000 }, (_, i) => `s="${'温😀é'.repeat(i % 50)}"`);
  for (const field of fields) page.add('m', at(1), field);
  t.equal(text(page), `m ${fields.join(',')} ${EPOCH}1\n`);
});

t.test('the time that a share is before', async (t) => {
  const page = new Page();
  for (const time of [9, 1, 5, 3, 7]) page.add('m', at(time), 'x=1');
  t.strictSame(
    [0, 0.5, 1].map((share) => String(page.timeAt(share))),
    [1, 5, 9].map((time) => `${EPOCH}${time}`),
  );
});

t.test('a time that is none', async (t) => {
  t.throws(() => new Page().add('m', 'yesterday', 'x=1'), { message: /"yesterday" for a time/ });
});
