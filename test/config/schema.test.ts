import t from 'tap';
import { agentSchema, stateSchema } from '../../src/config/schema.ts';

t.test('the defaults', async (t) => {
  t.same(agentSchema.parse({}), {
    log_level: 'info',
    annotation_prefix: 'anomaly',
    late_limit: 604_800,
    stats_interval: 0,
  });
  t.same(stateSchema.parse({}), {
    store: 'lmdb',
    path: '',
    memory: 2 ** 30,
    snapshot_interval: 10,
    idle_expiry: 14 * 86_400,
    sync: true,
  });
});

t.test('what [agent] and [state] take', async (t) => {
  const cases: [key: string, right: unknown[], wrong: unknown[]][] = [
    ['log_level', ['error', 'warn', 'info', 'debug'], ['trace', 'INFO', 3]],
    [
      'annotation_prefix',
      ['a', 'odd.1', 'my-anomaly_', 'größe'],
      ['', '1a', '_a', 'two words', 'a,b', 'a=b', 'a\n'],
    ],
    ['late_limit', ['0s', '1h', 90], ['-1s', -1, '7 days']],
    ['stats_interval', ['0s', '10s', 0.5], ['-1s', 'never', true]],
    ['store', ['lmdb', 'memory'], ['redis', '']],
    ['path', ['', 'state', '/var/lib/x'], [1, ['/a']]],
    ['memory', ['1MiB', '1GiB', 2 ** 20], ['1MB', 2 ** 20 - 1, 0, 'all', -1]],
    ['snapshot_interval', ['10s', '1ms', 0.5], ['0s', 0, '-1s', '']],
    ['idle_expiry', ['14d', '0s', 60], ['-1d', 'never']],
    ['sync', [true, false], ['false', 0]],
  ];
  const { shape } = agentSchema.extend(stateSchema.shape);
  t.same(
    Object.keys(shape),
    cases.map(([key]) => key),
  );
  for (const [key, right, wrong] of cases) {
    const option = shape[key as keyof typeof shape];
    for (const value of right) t.ok(option.safeParse(value).success, `${key} = ${value}`);
    for (const value of wrong) t.notOk(option.safeParse(value).success, `${key} = ${value}`);
  }
});
