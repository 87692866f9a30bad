import t from 'tap';
import type { Policy } from '../src/policy.ts';
import { policySchema } from '../src/policy.ts';

t.test('the defaults', async (t) => {
  const defaults: Omit<Policy, 'alias' | 'threshold' | 'cooldown' | 'end_after'> = {
    namepass: [],
    namedrop: [],
    tagpass: {},
    tagdrop: {},
    fieldinclude: [],
    fieldexclude: [],
    prepare: 'none',
    counter: 'auto',
    max_false_alarms: '1/week',
    direction: 'both',
    min_deviation: 0,
    min_deviation_ratio: 0,
    min_duration: 0,
    hysteresis: 0.5,
    hold: false,
    accept_after: 6 * 3600,
    annotate: 'tags',
    score_fields: false,
  };
  t.same(
    policySchema.parse({}),
    defaults,
    'the alias is filled in from the detector; without a threshold the budget holds',
  );
});

t.test('every option says what it does, in sentences', async (t) => {
  for (const [key, option] of Object.entries(policySchema.shape))
    t.match(option.description, /^[A-Z].+\.$/, key);
});

t.test('what is refused', async (t) => {
  const refused: [keyof Policy, unknown][] = [
    ['alias', ''],
    ['alias', 'two\nlines'],
    ['alias', 'C:\\'],
    ['alias', 7],
    ['threshold', 0],
    ['threshold', -1],
    ['threshold', Number.POSITIVE_INFINITY],
    ['threshold', '4'],
    ['direction', 'sideways'],
    ['prepare', 'logarithm'],
    ['prepare', ['log', 'none']],
    ['counter', true],
    ['max_false_alarms', 1],
    ['max_false_alarms', '1'],
    ['max_false_alarms', '0/day'],
    ['max_false_alarms', '1/hour'],
    ['max_false_alarms', '-1/day'],
    ['min_deviation', -1],
    ['min_deviation_ratio', -0.1],
    ['min_duration', -1],
    ['cooldown', 'long'],
    ['hysteresis', 1.1],
    ['hysteresis', -0.1],
    ['end_after', 'late'],
    ['hold', 1],
    ['accept_after', -1],
    ['annotate', 'event'],
    ['score_fields', 1],
    ['namepass', 'cpu'],
    ['namepass', [1]],
    ['namepass', ['[a']],
    ['fieldexclude', ['ok', 'x?{a']],
    ['tagpass', ['host']],
    ['tagpass', { host: 'web' }],
    ['tagdrop', { host: ['[z-a]'] }],
  ];
  for (const [key, value] of refused) {
    const { error } = policySchema.safeParse({ [key]: value });
    t.equal(error?.issues[0]?.path[0], key, `${key} = ${JSON.stringify(value)}`);
  }
});

t.test('a bad pattern is pointed at, among the others', async (t) => {
  const { error } = policySchema.safeParse({ tagpass: { host: ['a*', '[b'] } });
  t.same(error?.issues[0]?.path, ['tagpass', 'host', 1]);
  t.ok(policySchema.safeParse({ namepass: ['{a'] }).success, 'a list without globs is plain text');
});
