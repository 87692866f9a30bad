import t from 'tap';
import { figuresOf } from '../../src/evaluate/figures.ts';
import { Ground } from '../../src/evaluate/ground.ts';
import { labelled } from '../support/ground.ts';

const ground = new Ground([labelled('a'), labelled('b'), labelled('c', [])]);
const DAYS = (3 * 33 * 60) / 86_400;

t.test('windows, false alarms, alarms a day, delay', async (t) => {
  const found = figuresOf(ground, [[3, 22, 24, 35], [29], [10]]);
  t.match(found, { windows_found: 2, false_alarms: 2 });
  t.ok(Math.abs(found.alarms_per_series_per_day - 5 / DAYS) < 1e-9, 'those in windows too, not in probation');
  t.equal(found.delay_seconds, (120 + 540) / 2, 'the median of two is their middle');
  t.ok(Math.abs(found.delay_share - (2 / 9 + 1) / 2) < 1e-12);
});

t.test('the median', async (t) => {
  const three = new Ground([labelled('a'), labelled('b'), labelled('c')]);
  t.equal(figuresOf(three, [[29], [20], [21]]).delay_seconds, 60);
});

t.test('a window of one row is found at once', async (t) => {
  const one = new Ground([labelled('a', [{ first: 30, last: 30 }])]);
  t.match(figuresOf(one, [[30]]), { windows_found: 1, delay_seconds: 0, delay_share: 0 });
});

t.test('nothing found', async (t) => {
  const none = figuresOf(ground, [[], [], []]);
  t.match(none, { windows_found: 0, false_alarms: 0, alarms_per_series_per_day: 0 });
  t.ok(Number.isNaN(none.delay_seconds) && Number.isNaN(none.delay_share));
});
