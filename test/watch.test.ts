import t from 'tap';
import { Judge } from '../src/judge.ts';
import type { Policy } from '../src/policy.ts';
import { aliasOf, identityOf } from '../src/state/catalog.ts';
import { Frames } from '../src/state/frames.ts';
import { State } from '../src/state/state.ts';
import { identitiesOf, type States, Watch } from '../src/watch.ts';
import { defaultPolicy, identity, roadOf } from './support/road.ts';

function watchOf(threshold: number | undefined, states: States): Watch {
  const policy = { ...defaultPolicy, threshold };
  return new Watch(3, policy, identity, new Judge(policy, 10), states);
}

const state = (width: number) => new State(new Frames(), width);

t.test('rows of as many states as the policy needs', async (t) => {
  const [learned, judged, alarms, prepared] = [state(1), state(7), state(8), state(1)];
  const plain = watchOf(10, { learned });
  t.same([plain.judged, plain.alarms, plain.prepared], [undefined, undefined, undefined]);
  t.same(plain.shares, [plain.learned]);
  const all = watchOf(undefined, { learned, judged, alarms, prepared });
  t.equal(all.state, learned);
  const states = all.shares.map((share) => share.state);
  t.ok([learned, judged, alarms, prepared].every((one, i) => states[i] === one) && states.length === 4);
});

t.test('a share has room for every value, in each of its states', async (t) => {
  const watch = watchOf(undefined, { learned: state(1), judged: state(7) });
  for (const values of [5, 3, 100]) {
    watch.count = 1;
    watch.reset(values);
    t.equal(watch.count, 0);
    for (const { rows, places } of watch.shares) {
      t.ok(rows.length >= values);
      t.ok(places.length >= values);
    }
    t.ok(watch.values.length >= values);
  }
});

t.test('each state has an identity of its own, under one alias', async (t) => {
  const [config] = roadOf().config.detectors;
  const of = (policy: Partial<Policy>) => {
    const changed = { ...config!, policy: { ...config!.policy, ...policy } };
    return identitiesOf(changed, new Judge(changed.policy, 10));
  };
  const before = of({ threshold: undefined });
  t.equal(new Set(Object.values(before)).size, 4);
  t.strictSame([...new Set(Object.values(before).map(aliasOf))], ['fake']);
  t.strictSame(of({ threshold: undefined, max_false_alarms: '2/day', hysteresis: 0.1 }), before);
  const fixed = of({ threshold: 3, cooldown: 5 });
  t.not(fixed.judged, before.judged, 'rows of another layout are not taken for these');
  t.equal(fixed.learned, before.learned);
  t.not(of({ alias: 'other' }).judged, fixed.judged);
});

t.test('of another quantity, nothing that was learned is taken up', async (t) => {
  const [config] = roadOf().config.detectors;
  const of = (policy: Partial<Policy>) => {
    const changed = { ...config!, policy: { ...config!.policy, ...policy } };
    return identitiesOf(changed, new Judge(changed.policy, 10));
  };
  const all = [
    of({ counter: 'auto' }),
    of({ counter: 'off' }),
    of({ prepare: 'log' }),
    of({ prepare: 'difference' }),
    of({ prepare: ['log', 'difference'] }),
    of({ prepare: ['difference', 'log'] }),
  ];
  for (const name of ['learned', 'judged', 'alarms', 'prepared'] as const)
    t.equal(new Set(all.map((identities) => identities[name])).size, all.length, name);
  t.same(of({ prepare: ['log'], counter: 'auto' }), of({ prepare: 'log', counter: 'off' }));
  const byDefault = of({ counter: 'auto' }).learned;
  t.equal(
    byDefault,
    identityOf(config!.detector, config!.options, 'fake'),
    'as it was before there was a choice',
  );
});
