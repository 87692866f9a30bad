import t from 'tap';
import { agentSchema, stateSchema } from '../../src/config/schema.ts';

t.test('the defaults', async (t) => {
  t.same(agentSchema.parse({}), { log_level: 'info', annotation_prefix: 'anomaly', late_limit: 604_800 });
  t.same(stateSchema.parse({}), { store: 'memory' });
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
    ['store', ['memory'], ['redis', '']],
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
