/** The fixture holds what Telegraf v1.37.2 makes of each text (config.Duration, config.Size), by a small Go program. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { optionTypes } from '../src/options.ts';

const { durations, sizes } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/units.json', import.meta.url), 'utf8'),
) as {
  durations: { text: string; error?: true; nanoseconds: number }[];
  sizes: { text: string; error?: true; bytes: number }[];
};

const duration = optionTypes.duration();
const size = optionTypes.size();

t.test('durations as Telegraf takes them', async (t) => {
  for (const { text, error, nanoseconds } of durations) {
    const { success, data } = duration.safeParse(text);
    t.equal(success, error !== true, `"${text}"`);
    if (!success) continue;
    // Telegraf drops what is below a nanosecond.
    t.ok(Math.abs(data - nanoseconds / 1e9) < 1e-9, `"${text}" is ${nanoseconds} ns, got ${data} s`);
  }
  t.equal(duration.parse('7ms'), 0.007, 'written as a fraction, without noise in the last digit');
});

t.test('sizes as Telegraf takes them', async (t) => {
  for (const { text, error, bytes } of sizes) {
    const { success, data } = size.safeParse(text);
    t.equal(success, error !== true, `"${text}"`);
    if (success) t.equal(data, bytes, `"${text}"`);
  }
});

t.test('a bare number is seconds, or bytes', async (t) => {
  t.equal(duration.parse(90), 90);
  t.equal(duration.parse(0.5), 0.5);
  t.equal(size.parse(1024), 1024);
});

t.test('nothing lasts less than 0, and only numbers and texts are units', async (t) => {
  for (const type of [duration, size])
    for (const value of [-1, '-5s', '-1', '-1KiB', Number.NaN, Number.POSITIVE_INFINITY, true, null, [], {}])
      t.notOk(type.safeParse(value).success, String(value));
});

t.test('a default is stated in its written form', async (t) => {
  const { z } = optionTypes;
  const options = z.object({ memory: duration.prefault('1h'), buffer: size.prefault('1KiB') });
  t.same(options.parse({}), { memory: 3600, buffer: 1024 });
  t.same(z.toJSONSchema(options, { io: 'input' }).properties?.memory, {
    default: '1h',
    wanted: 'a duration, e.g. "10s", "1h30m" or "7d"',
    type: ['string', 'number'],
  });
});
