import t from 'tap';
import { conformance } from '../../../test/conformance/detector.ts';
import { Shelf } from '../../../test/conformance/shelf.ts';
import random from './random.ts';

conformance(t, random, [{}, { seed: -7 }]);

const COUNT = 100_000;

function scores(seed: number): number[] {
  const instance = random.create({ seed });
  const shelf = new Shelf(instance.width);
  return Array.from({ length: COUNT }, (_, time) => shelf.step(instance, { time, value: 50 }));
}

t.test('the threshold is passed as often as its power of ten says', (t) => {
  const found = scores(1);
  for (const threshold of [1, 2, 3]) {
    const expected = COUNT * 10 ** -threshold;
    const count = found.filter((score) => Math.abs(score) >= threshold).length;
    t.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${count} at ${threshold}`);
  }
  const ups = found.filter((score) => score > 0).length;
  t.ok(Math.abs(ups - COUNT / 2) < 5 * Math.sqrt(COUNT / 4), `${ups} above`);
  t.end();
});

t.test('another seed gives other scores', (t) => {
  const second = scores(2);
  const same = scores(1).filter((score, i) => score === second[i]).length;
  t.equal(same, 1, 'only the first value, which always scores 0');
  t.end();
});
