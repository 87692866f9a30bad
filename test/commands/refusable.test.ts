import t from 'tap';
import { refusable } from '../../src/commands/refusable.ts';
import { Refusal } from '../../src/refusal.ts';

t.test('a refusal is a line and an exit code; a fault is thrown', async (t) => {
  const written = t.capture(process.stderr, 'write', () => true);
  t.teardown(() => {
    process.exitCode = 0;
  });
  await refusable(async () => {});
  t.equal(process.exitCode ?? 0, 0);
  await refusable(async () => {
    throw new Refusal('A_CODE', 'no');
  });
  t.equal(process.exitCode, 1);
  t.strictSame(written.args(), [['A_CODE: no\n']]);
  await t.rejects(
    refusable(() => Promise.reject(new TypeError('a fault'))),
    TypeError,
  );
  process.exitCode = 0;
});
