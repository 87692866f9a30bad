import t from 'tap';
import { nearest, suggest } from '../../src/config/suggest.ts';

t.test('the nearest name', async (t) => {
  const cases: [name: string, names: string[], near: string | undefined][] = [
    ['thresold', ['threshold', 'module'], 'threshold'],
    ['tga', ['tag', 'tip'], 'tag'],
    ['Memory', ['memory'], 'memory'],
    ['memory-points', ['memory', 'memory_points'], 'memory_points'],
    ['ab', ['xy'], undefined],
    ['interval', ['log_level', 'late_limit'], undefined],
    ['', ['run'], undefined],
    ['fieldinclde', ['fieldexclude', 'fieldinclude'], 'fieldinclude'],
  ];
  for (const [name, names, near] of cases) t.equal(nearest(name, names), near, name);
});

t.test('all of them when none is near', async (t) => {
  t.match(suggest('tga', ['tag', 'tip']), /"tag"/);
  t.match(suggest('zzzz', ['tag', 'tip']), /tag, tip/);
});
