import t from 'tap';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf } from '../../../test/conformance/shelf.ts';
import nothing from './null.ts';

conformance(t, nothing);

t.test('scores 0 and keeps nothing', (t) => {
  const instance = nothing.create({});
  t.equal(instance.width, 0);
  const shelf = new Shelf(instance.width);
  t.same(
    [1, 1, 1e300].map((value, time) => shelf.step(instance, { time, value })),
    [0, 0, 0],
  );
  t.end();
});
