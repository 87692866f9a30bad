import t from 'tap';
import { Ground } from '../../src/evaluate/ground.ts';
import { PROFILES } from '../../src/evaluate/nab.ts';
import { labelled, stream } from '../support/ground.ts';

const ground = new Ground([labelled('a'), labelled('b', []), labelled('c')]);
const near = (found: number, wanted: number) => Math.abs(found - wanted) < 1e-9;

t.test('windows, days and labels without probation', async (t) => {
  t.equal(ground.windows, 2);
  t.ok(near(ground.days, (3 * 33 * 60) / 86_400));
  t.equal(ground.labels.length, 3 * 34);
  t.equal(
    ground.labels.reduce((a, b) => a + b, 0),
    20,
  );
  t.same([ground.labels[13], ground.labels[14], ground.labels[23], ground.labels[24]], [0, 1, 1, 0]);
});

t.test('the rows that count, as labels has them', async (t) => {
  const streams = [stream({ 5: 9, 6: 1 }), stream({ 39: 2 }), stream({ 6: 3 })];
  const counted = ground.counted(streams);
  t.equal(counted.length, ground.labels.length);
  t.same([counted[0], counted[67], counted[68]], [1, 2, 3]);
});

t.test('the score of detections', async (t) => {
  const { standard, low_fn } = PROFILES;
  t.ok(near(ground.score([[20], [], [20, 25]], standard), 100));
  t.equal(ground.score([[3], [], []], standard), 0, 'probation');
  t.ok(near(ground.score([[20], [10], []], standard), (100 * (2 - 0.11)) / 4));
  t.ok(near(ground.score([[20], [10], []], low_fn), (100 * (3 - 0.11)) / 6));
});

t.test('nothing to find', async (t) => {
  t.ok(Number.isNaN(new Ground([labelled('b', [])]).score([[]], PROFILES.standard)));
  t.match(new Ground([]), { windows: 0, days: 0 });
});
