import t from 'tap';
import { createLog, Limited, line, textOf } from '../src/log.ts';

t.test('a line is one line, prefixed and capped', async (t) => {
  t.equal(line('error', 'no'), 'E! [telegraf-anomaly] no\n');
  t.equal(line('warn', 'a\nb\r\n\tc\0d'), 'W! [telegraf-anomaly] a b c d\n');
  const long = line('info', '温'.repeat(100_000));
  t.ok(Buffer.byteLength(long) < 4096);
  t.equal(long.split('\n').length, 2);
});

t.test('levels below the chosen one are silent', async (t) => {
  const written: string[] = [];
  const log = createLog('warn', { write: (text) => written.push(text.slice(0, 2)) });
  log.error('x');
  log.warn('x');
  log.info('x');
  log.debug('x');
  t.same(written, ['E!', 'W!']);
});

t.test('a sink that nobody reads is not filled up', async (t) => {
  const written: string[] = [];
  const sink = { writableLength: 0, write: (text: string) => written.push(text) };
  const log = createLog('info', sink);
  log.error('one');
  sink.writableLength = 1e6;
  log.error('two');
  sink.writableLength = 0;
  log.error('three');
  t.equal(written.length, 2);
});

t.test('a limited message counts what it held back', async (t) => {
  const written: string[] = [];
  let now = 0;
  const limited = new Limited(
    (message) => written.push(message),
    60,
    () => now,
  );
  for (const at of [0, 1, 59_999, 60_000, 130_000]) {
    now = at;
    limited.say(() => `at ${at}`);
  }
  t.same(written, ['at 0', 'at 60000 (and 2 more like it)', 'at 130000']);
});

t.test('whatever is thrown has a text', async (t) => {
  t.match(textOf(new TypeError('no')), /^TypeError: no\n/);
  t.equal(textOf('plain'), 'plain');
  t.equal(textOf(undefined), 'undefined');
  t.equal(textOf(Object.create(null)), 'something that has no text was thrown');
});
