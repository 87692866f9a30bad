/** The fixture holds what Telegraf v1.37.2 makes of each text (config.Duration, config.Size), by a small Go program. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parseDuration, parseSize } from '../../src/config/units.ts';

const { durations, sizes } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/units.json', import.meta.url), 'utf8'),
) as {
  durations: { text: string; nanoseconds?: number }[];
  sizes: { text: string; bytes?: number }[];
};

t.test('durations as Telegraf takes them', async (t) => {
  for (const { text, nanoseconds } of durations) {
    const seconds = parseDuration(text);
    if (nanoseconds === undefined || seconds === undefined) t.equal(seconds, nanoseconds, `"${text}"`);
    // Telegraf drops what is below a nanosecond.
    else
      t.ok(Math.abs(seconds - nanoseconds / 1e9) < 1e-9, `"${text}" is ${nanoseconds} ns, got ${seconds} s`);
  }
});

t.test('sizes as Telegraf takes them', async (t) => {
  for (const { text, bytes } of sizes) t.equal(parseSize(text), bytes, `"${text}"`);
});

t.test('what lies outside of the fixture', async (t) => {
  t.equal(parseDuration('7ms'), 0.007, 'written as a fraction, without noise in the last digit');
  for (const text of ['-5s', '-1', '5constructor', '9223372037', 'NaN', 'Infinity'])
    t.equal(parseDuration(text), undefined, text);
  t.equal(parseSize('1.5B'), 1, 'whole bytes');
  for (const text of ['-1', '-1KiB', '5constructor', '8EiB', 'NaN'])
    t.equal(parseSize(text), undefined, text);
});
