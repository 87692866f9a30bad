import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const demo = fileURLToPath(new URL('../examples/demo.js', import.meta.url));

t.test('the demo finds the three disturbances of its recording', async (t) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [demo]);
  t.match(stdout, /^13477 points came out of the program, \d+ of them flagged/m);
  t.equal(stdout.match(/: found after \d+ s$/gm)?.length, 3);
  t.notMatch(stdout, 'NOT FOUND');
  t.match(stderr, /^I! .* stdin ended after 13477 points: .* 0 late, 0 malformed, 0 failures\n$/);
});
