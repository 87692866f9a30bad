import t from 'tap';
import { decimal, fourDigits } from '../src/decimal.ts';
import { uniform } from '../src/math/random.ts';

/** What the parser hands over: the digits with rounding at every step, and modulo 2^32. */
function gathered(digits: string): [rounded: number, low: number] {
  let rounded = 0;
  for (const digit of digits) rounded = rounded * 10 + Number(digit);
  return [rounded, Number(BigInt.asIntN(32, BigInt(digits)))];
}

function textOf(digits: string, decimals: number): string {
  const padded = digits.padStart(decimals + 1, '0');
  return `${padded.slice(0, padded.length - decimals)}.${padded.slice(padded.length - decimals)}`;
}

/** How many of the decimals were found, and those that were found wrong. */
function compare(cases: Iterable<[digits: string, decimals: number]>): { found: number; wrong: string[] } {
  const wrong: string[] = [];
  let found = 0;
  for (const [digits, decimals] of cases) {
    const number = decimal(...gathered(digits), decimals);
    if (Number.isNaN(number)) continue;
    found++;
    if (number !== Number(textOf(digits, decimals))) wrong.push(textOf(digits, decimals));
  }
  return { found, wrong: wrong.slice(0, 5) };
}

t.test('decimals of 1 to 19 digits are those of the language', async (t) => {
  const count = 300_000;
  function* cases(): Generator<[string, number]> {
    for (let i = 0; i < count; i++) {
      // Most have the 16 to 19 digits that do not fit a double.
      const length = i % 4 === 0 ? 1 + Math.floor(19 * uniform(1, i, 0)) : 16 + (i % 4);
      const digits = [0, 1]
        .map((half) => String(Math.floor(1e10 * uniform(2, i, half))).padStart(10, '0'))
        .join('');
      yield [digits.slice(0, length), Math.floor(23 * uniform(3, i, 0))];
    }
  }
  const { found, wrong } = compare(cases());
  t.same(wrong, []);
  t.ok(found > 0.999 * count, 'and hardly one is left to the language');
});

t.test('the middle of two doubles, and what is beside it', async (t) => {
  const besides: [string, number][] = [];
  const middles: [string, number][] = [];
  for (let i = 0; i < 20_000; i++) {
    // Between 2^51 and 2^53 the middles end in .25, .5 or .75; above, they are whole numbers.
    const whole = 2n ** 51n + BigInt(Math.floor(2 ** 51 * uniform(4, i, 0)));
    for (const [middle, decimals] of [
      [whole * 100n + 25n, 2],
      [whole * 100n + 75n, 2],
      [(2n * whole + 1n) * 10n + 5n, 1],
      [8n * whole + 4n, 0],
      [8n * whole + 1n, 0],
    ] as const) {
      middles.push([String(middle), decimals]);
      for (const step of [-1n, 1n]) besides.push([String(middle * 10n + step), decimals + 1]);
    }
  }
  t.same(compare(middles).wrong, []);
  const { found, wrong } = compare(besides.filter(([digits]) => digits.length < 20));
  t.same(wrong, []);
  t.ok(found > 100_000, 'a tenth of the last digit beside it is far enough');
});

t.test('what has too many digits is left to the language', async (t) => {
  t.ok(Number.isNaN(decimal(...gathered('18446744073709551616'), 0)));
  t.ok(Number.isNaN(decimal(1, 1, 23)));
  t.equal(decimal(1, 1, 22), 1e-22);
  t.equal(decimal(0, 0, 5), 0);
  t.ok(Number.isNaN(decimal(...gathered('45035996273704975'), 1)), 'the middle of two doubles');
});

t.test('four digits at once, or a sign that they are none', async (t) => {
  const view = new DataView(new ArrayBuffer(4));
  const read = (text: string) => {
    Buffer.from(view.buffer).write(text, 'latin1');
    return fourDigits(view, 0);
  };
  let wrong = 0;
  for (let number = 0; number < 10_000; number++)
    if (read(String(number).padStart(4, '0')) !== number) wrong++;
  t.equal(wrong, 0);
  for (let byte = 0; byte < 256; byte++) {
    if (byte >= 48 && byte < 58) continue;
    const stranger = String.fromCharCode(byte);
    for (let at = 0; at < 4; at++) {
      for (const digits of ['000', '999']) {
        if (read(digits.slice(0, at) + stranger + digits.slice(at)) >= 0) wrong++;
      }
    }
  }
  t.equal(wrong, 0, 'one byte that is no digit, in every place');
});
