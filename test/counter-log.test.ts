import t from 'tap';
import { CounterLog } from '../src/counter-log.ts';
import { testLog } from './support/road.ts';

t.test('once for each instance and field, and once more when it is none', async (t) => {
  const log = testLog();
  const counters = new CounterLog(log);
  for (const host of ['a', 'b']) {
    counters.say('zscore', `net,host=${host}`, 'bytes_recv', true);
    counters.say('other', `net,host=${host}`, 'bytes_recv', true);
    counters.say('zscore', `net,host=${host}`, 'bytes_sent', true);
    counters.say('zscore', `net,host=${host}`, 'bytes_recv', false);
  }
  t.equal(log.lines.length, 4);
  t.match(
    log.lines[0],
    /^I! COUNTER: "zscore" takes bytes_recv for a counter, first of net,host=a, .*counter = "off"/,
  );
  t.match(log.lines[3], /^I! COUNTER: "zscore" watches bytes_recv of net,host=a as it is again: /);
});

t.test('there may be fields without end', async (t) => {
  const log = testLog();
  const counters = new CounterLog(log);
  for (let i = 0; i < 1000; i++) counters.say('zscore', 'm', `field${i}`, true);
  t.equal(log.lines.length, 101);
  t.match(log.lines.at(-1), 'is not told');
});
