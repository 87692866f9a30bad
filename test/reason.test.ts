import t from 'tap';
import { quoted, reasonOf, shortText } from '../src/reason.ts';

t.test('what a value was, and what would have been usual', async (t) => {
  const found = { value: 31.23456, score: -9, threshold: 4 };
  t.equal(
    reasonOf({ ...found, band: [1.8, 0.4, 3.2] }, 'fi\\ eld'),
    'fi eld is 31.235, expected 1.8 (0.4 to 3.2)',
  );
  t.equal(reasonOf(found, 'v'), 'v is 31.235, its score is -9 at a threshold of 4');
});

t.test('five digits, and of the largest numbers all', async (t) => {
  t.same([1 / 3, 123456789, 0, -1e-9].map(shortText), ['0.33333', '123460000', '0', '-1e-9']);
  t.equal(shortText(Number.MAX_VALUE), String(Number.MAX_VALUE));
});

t.test('a string field', async (t) => {
  t.equal(quoted('a "b" \\'), '"a \\"b\\" \\\\"');
});
