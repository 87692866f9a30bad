import t from 'tap';
import { shown, shownNames } from '../src/shown.ts';

t.test('short, and nothing that a terminal obeys', async (t) => {
  t.equal(shown('Größe 5" 🌡'), 'Größe 5" 🌡');
  t.equal(shown('\x1b[2J\x00\x9b\r\n\u2028\ufffd'), '?[2J??????');
  t.equal(shown('x'.repeat(40)), 'x'.repeat(40));
  t.equal(shown('🌡'.repeat(1000)), `${'🌡'.repeat(40)}…`);
});

t.test('names of many columns', async (t) => {
  t.equal(shownNames(['a', 'b\x07']), 'a, b?');
  const names = Array.from({ length: 1000 }, (_, i) => `c${i}`);
  t.match(shownNames(names), /^c0, .*, c19 and 980 more$/);
});
