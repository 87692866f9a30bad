import t from 'tap';
import { Ground } from '../../src/evaluate/ground.ts';
import { Search } from '../../src/evaluate/search.ts';
import { labelled, stream } from '../support/ground.ts';

const ground = new Ground([labelled('a'), labelled('b')]);
const splits = [Uint8Array.of(0, 1)];

t.test('the best setting, rule and threshold in sight', async (t) => {
  const search = new Search(ground, splits);
  search.try('x = 1', [stream({ 10: 5, 20: 5 }), stream({ 10: 5, 20: 5 })]);
  search.try('x = 2', [stream({ 20: 3, 35: 3 }), stream({ 20: 3 })]);
  const { settings, in_sight, cross_validated, detector } = search.result('mine');
  t.match({ detector, settings }, { detector: 'mine', settings: 2 });
  t.match(in_sight, { rule: 'quiet', threshold: 3, options: 'x = 2' });
  t.ok(Math.abs(in_sight.score - 100) < 1e-9);
  t.ok(Math.abs(cross_validated.mean - 100) < 1e-9, 'each half chooses the quiet time too');
});

t.test('what one half prefers the other may pay for', async (t) => {
  const search = new Search(ground, splits);
  search.try('x = 1', [stream({ 20: 5 }), stream({ 10: 5 })]);
  search.try('x = 2', [stream({ 10: 5 }), stream({ 20: 5 })]);
  const { in_sight, cross_validated } = search.result('mine');
  t.ok(Math.abs(in_sight.score - (100 * (2 - 0.11)) / 4) < 1e-9, `${in_sight.score}`);
  t.ok(Math.abs(cross_validated.mean - (100 * -0.22) / 4) < 1e-9, `${cross_validated.mean}`);
});

t.test('silence is a choice', async (t) => {
  const search = new Search(ground, splits);
  search.try('', [stream({}), stream({})]);
  t.match(search.result('mine').in_sight, { score: 0, threshold: Number.POSITIVE_INFINITY });
});
