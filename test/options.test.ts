import t from 'tap';
import { optionTypes } from '../src/options.ts';

const duration = optionTypes.duration();
const size = optionTypes.size();

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

t.test('how long a series is remembered, said once for every detector', async (t) => {
  const { z, memory } = optionTypes;
  const { shape, fits } = memory(30, 'values that count');
  const options = z.object(shape).superRefine(fits);
  t.same(options.parse({}), { memory_points: 1000, warmup: 30 });
  t.same(options.parse({ memory: '1h' }), { memory_points: 1000, memory: 3600, warmup: 30 });
  t.ok(options.safeParse({ memory: '1h', warmup: 2000 }).success);
  for (const given of [
    { memory: '1h', memory_points: 500 },
    { memory_points: 29 },
    { warmup: 1001 },
    { memory: 0 },
  ])
    t.notOk(options.safeParse(given).success, JSON.stringify(given));
  const { properties } = z.toJSONSchema(options, { io: 'input' });
  for (const name of ['memory_points', 'memory', 'warmup'])
    t.match(properties?.[name], { shapes: true }, name);
});
