/** The fixture holds what Telegraf v1.37.2 answered: models.ShouldPassFilters and models.Filter.Select. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Selectors } from '../src/policy.ts';
import { Selector } from '../src/selector.ts';
import { defaultPolicy } from './support/road.ts';

interface Answer {
  readonly matches: string[];
  readonly misses: string[];
}

const filter = JSON.parse(
  readFileSync(new URL('../../test/fixtures/filter.json', import.meta.url), 'utf8'),
) as {
  fields: (Answer & { fieldinclude: string[]; fieldexclude: string[] })[];
  points: { measurement: string; tags: Record<string, string> }[];
  selectors: (Pick<Selectors, 'namepass' | 'namedrop' | 'tagpass' | 'tagdrop'> & { selects: boolean[] })[];
};

t.test('fieldinclude and fieldexclude', async (t) => {
  t.ok(filter.fields.length > 0);
  for (const { fieldinclude, fieldexclude, matches, misses } of filter.fields) {
    const selector = new Selector({ ...defaultPolicy, fieldinclude, fieldexclude });
    for (const key of matches)
      t.ok(selector.takesField(key), JSON.stringify({ fieldinclude, fieldexclude, key }));
    for (const key of misses)
      t.notOk(selector.takesField(key), JSON.stringify({ fieldinclude, fieldexclude, key }));
  }
});

t.test('namepass, namedrop, tagpass and tagdrop', async (t) => {
  t.ok(filter.selectors.length > 0);
  for (const { selects, ...given } of filter.selectors) {
    const selector = new Selector({ ...defaultPolicy, ...given });
    const taken = filter.points.map(({ measurement, tags }) =>
      selector.takes({ measurement, tags: new Map(Object.entries(tags)) }),
    );
    t.same(taken, selects, JSON.stringify(given));
    if (selector.takesAll) t.ok(!taken.includes(false), 'who takes all takes each');
  }
});

t.test('who selects no tag set takes all, whatever the fields', async (t) => {
  const takesAll = (selectors: Partial<Selectors>) =>
    new Selector({ ...defaultPolicy, ...selectors }).takesAll;
  t.ok(takesAll({}));
  t.ok(takesAll({ fieldinclude: ['a'], fieldexclude: ['b'] }));
  const tags = { host: ['*'] };
  for (const one of [{ namepass: ['*'] }, { namedrop: ['a'] }, { tagpass: tags }, { tagdrop: tags }])
    t.notOk(takesAll(one), JSON.stringify(one));
});

t.test('a bad pattern is refused', async (t) => {
  t.throws(() => new Selector({ ...defaultPolicy, namepass: ['[a'] }), { code: 'GLOB_INVALID' });
});
