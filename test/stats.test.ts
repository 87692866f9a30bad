import t from 'tap';
import { createCounts, type Figures, figuresPoint } from '../src/stats.ts';
import { parseTagSet } from '../src/tagset.ts';
import { parsed } from './support/points.ts';

t.test('counting starts at zero', async (t) => {
  t.ok(Object.values(createCounts()).every((count) => count === 0));
  t.not(createCounts(), createCounts());
});

const figures: Figures = {
  counts: {
    points: 1,
    values: 2,
    flagged: 3,
    alarms: 4,
    late: 5,
    restarted: 6,
    forgotten: 66,
    malformed: 7,
    failures: 8,
  },
  state: {
    hotRows: 9,
    coldRows: 10,
    recalls: 11,
    evictions: 12,
    unscored: 15,
    damaged: 16,
    snapshotAge: 13.5,
    snapshotDuration: 0.25,
    memory: 2 ** 40,
    memoryLimit: 2 ** 41,
  },
  latency: { p50: 0.1234567, p99: 2, max: 1e9 },
  resident: 14,
};

t.test('the figures are a point that our own parser reads', async (t) => {
  const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const bytes = figuresPoint(figures, { store: 'lmdb', host: 'a' }, time);
  const { points, batch } = parsed(bytes);
  t.equal(batch.malformed, 0);
  t.equal(batch.end, bytes.length);
  t.equal(points.length, 1);
  const [point] = points;
  t.equal(point?.key, 'internal_anomaly,host=a,store=lmdb', 'the tags sorted');
  t.equal(point?.time, BigInt(time) * 1_000_000n);
  t.same(Object.fromEntries(point!.fields), {
    ...figures.counts,
    hot_rows: 9,
    cold_rows: 10,
    recalls: 11,
    evictions: 12,
    unscored: 15,
    damaged: 16,
    memory_bytes: 2 ** 40,
    memory_limit_bytes: 2 ** 41,
    resident_bytes: 14,
    snapshot_age_seconds: 13.5,
    snapshot_duration_seconds: 0.25,
    chunk_latency_p50_ms: 0.123457,
    chunk_latency_p99_ms: 2,
    chunk_latency_max_ms: 1e9,
  });
});

t.test('a field has one type, whatever its value', async (t) => {
  const text = figuresPoint(figures, {}, 0).toString();
  for (const [, field, unit = '', type] of text.matchAll(/([a-z0-9_]+?(_seconds|_ms)?)=[\d.]+(i?)/g))
    t.equal(type, unit === '' ? 'i' : '', field!);
});

t.test('what is not known is left out', async (t) => {
  const { memory } = figures.state;
  const { coldRows: _cold, snapshotAge: _age, snapshotDuration: _duration, ...rest } = figures.state;
  const state = { ...rest, memory: Number.NaN };
  const [point] = parsed(figuresPoint({ ...figures, state, latency: undefined }, {}, 0)).points;
  t.ok(memory > 0);
  t.equal(point?.key, 'internal_anomaly');
  t.equal(point?.time, 0n);
  t.same(
    point?.fields.map(([key]) => key).filter((key) => /cold|snapshot|latency|memory/.test(key)),
    ['memory_limit_bytes'],
  );
});

t.test('any text can be a tag', async (t) => {
  const tags = { 'a key': 'b c,d=e', path: 'C:\\dir\\', lines: 'x\ny\0', none: '' };
  const { points, batch } = parsed(figuresPoint(figures, tags, 0));
  t.equal(batch.malformed, 0);
  const read = parseTagSet(Buffer.from(points[0]!.key));
  t.same(Object.fromEntries(read.tags), { 'a key': 'b c,d=e', path: 'C:\\dir', lines: 'x_y_' });
});
