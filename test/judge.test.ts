import t from 'tap';
import { Judge, OK, WARNING } from '../src/judge.ts';

t.test('the threshold itself is strange enough, in the directions that were asked for', async (t) => {
  const verdicts = { up: [OK, OK, OK, WARNING, WARNING], down: [WARNING, WARNING, OK, OK, OK] };
  const both = [WARNING, WARNING, OK, WARNING, WARNING];
  const scores = [-4, -3, 2.999, 3, 4];
  for (const [direction, expected] of Object.entries({ ...verdicts, both })) {
    const judge = new Judge({ threshold: 3, direction: direction as 'up' });
    t.same(
      scores.map((score) => judge.judge(score)),
      expected,
      direction,
    );
  }
});
