import { once } from 'node:events';
import t from 'tap';
import { stopping } from '../../src/commands/stopping.ts';

t.test('the first Ctrl-C aborts', async (t) => {
  const listeners = process.listenerCount('SIGINT');
  const signal = stopping();
  const aborted = once(signal, 'abort');
  process.emit('SIGINT');
  await aborted;
  t.ok(signal.aborted);
  t.equal(process.listenerCount('SIGINT'), listeners, 'the second one has its usual effect');
});

t.test('nobody who reads on aborts, too', async (t) => {
  const signal = stopping();
  const listener = process.stdout.listeners('error').at(-1) as (error: Error) => void;
  t.teardown(() => process.stdout.off('error', listener));
  listener(Object.assign(new Error('gone'), { code: 'EPIPE' }));
  t.ok(signal.aborted);
  t.equal(process.exitCode ?? 0, 0);
});
