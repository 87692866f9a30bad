import t from 'tap';
import { Latency } from '../src/latency.ts';

t.test('quantiles are right to 5 %, from a microsecond to hours', async (t) => {
  for (const scale of [1e-3, 0.02, 1, 37, 5000, 1e5]) {
    const latency = new Latency();
    // 1 to 100 in an order that is none.
    const durations = Array.from({ length: 1000 }, (_, i) => scale * (1 + (99 * ((i * 619) % 1000)) / 999));
    for (const duration of durations) latency.record(duration);
    const sorted = durations.toSorted((a, b) => a - b);
    const { p50, p99, max } = latency.take()!;
    t.ok(Math.abs(p50 / sorted[499]! - 1) <= 0.05, `p50 is ${p50} for ${sorted[499]}`);
    t.ok(Math.abs(p99 / sorted[989]! - 1) <= 0.05, `p99 is ${p99} for ${sorted[989]}`);
    t.equal(max, sorted[999]);
  }
});

t.test('one duration is all its quantiles', async (t) => {
  for (const duration of [0.0013, 0.9, 3, 61_000]) {
    const latency = new Latency();
    latency.record(duration);
    const { p50, p99, max } = latency.take()!;
    t.ok(Math.abs(p50 / duration - 1) <= 0.05);
    t.equal(p99, p50);
    t.equal(max, duration);
    t.ok(p50 <= max);
  }
});

t.test('each answer begins anew', async (t) => {
  const latency = new Latency();
  t.equal(latency.take(), undefined);
  latency.record(100);
  latency.take();
  t.equal(latency.take(), undefined);
  latency.record(1);
  t.ok(latency.take()!.max === 1);
});

t.test('any number can be recorded', async (t) => {
  const latency = new Latency();
  for (const duration of [0, -1, 1e-9, 1e12]) latency.record(duration);
  const { p50, p99, max } = latency.take()!;
  t.ok(p50 < 0.002 && p50 > 0);
  t.ok(p99 > 1e7);
  t.equal(max, 1e12);
});
