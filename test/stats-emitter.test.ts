import { hostname } from 'node:os';
import t from 'tap';
import { createCounts, type Figures } from '../src/stats.ts';
import { StatsEmitter, statsTags } from '../src/stats-emitter.ts';
import { parsed } from './support/points.ts';

let asked = 0;
const figures = (): Figures => ({
  counts: { ...createCounts(), points: ++asked },
  state: { hotRows: 0, recalls: 0, evictions: 0, unscored: 0, damaged: 0, memory: 0, memoryLimit: 0 },
  latency: undefined,
  resident: 0,
});
const line = Buffer.from('m a=1 1\n');

t.test('one point an interval, and one after a pause', async (t) => {
  const emitter = new StatsEmitter(10, {}, figures, 1000);
  asked = 0;
  const times = [1000, 10_999, 11_000, 11_001, 20_999, 21_000, 95_000, 95_001, 104_999, 105_000];
  t.same(
    times.filter((now) => emitter.take(now) !== undefined),
    [11_000, 21_000, 95_000, 105_000],
  );
  t.equal(asked, 4, 'figures are made when they go out');
});

t.test('only where a line begins', async (t) => {
  const emitter = new StatsEmitter(1, { host: 'a' }, figures, 0);
  emitter.wrote(line);
  emitter.wrote(line.subarray(0, 3));
  t.equal(emitter.due(2000), false);
  t.equal(emitter.take(2000), undefined, 'within a line');
  emitter.wrote(line.subarray(0, 0));
  t.equal(emitter.take(2000), undefined, 'nothing was written since');
  emitter.wrote(line.subarray(3));
  t.equal(emitter.due(2000), true);
  const [point] = parsed(emitter.take(2000, 5)!).points;
  t.equal(point?.key, 'internal_anomaly,host=a');
  t.equal(point?.time, 5_000_000n, 'by the wall clock');
});

t.test('never', async (t) => {
  const emitter = new StatsEmitter(0, {}, figures, 0);
  t.equal(emitter.due(1e15), false);
  t.equal(emitter.take(1e15), undefined);
});

t.test('the tags are the same after a restart', async (t) => {
  t.same(statsTags('/etc/anomaly.toml', 'lmdb'), {
    host: hostname(),
    config: '/etc/anomaly.toml',
    store: 'lmdb',
  });
  t.same(statsTags(undefined, 'memory'), { host: hostname(), config: '', store: 'memory' });
});
