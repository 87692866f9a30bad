import { once } from 'node:events';
import t from 'tap';
import { Stop } from '../../src/commands/stopping.ts';

t.test('the first Ctrl-C aborts', async (t) => {
  const listeners = process.listenerCount('SIGINT');
  const stop = new Stop();
  t.equal(stop.code, 0);
  t.equal(stop.by, undefined);
  const aborted = once(stop.signal, 'abort');
  process.emit('SIGINT');
  process.emit('SIGTERM');
  await aborted;
  t.ok(stop.signal.aborted);
  t.equal(stop.by, 'SIGINT', 'the first one');
  t.equal(stop.code, 130);
  t.equal(process.listenerCount('SIGINT'), listeners, 'the second one has its usual effect');
});

t.test('a stdout that takes no more aborts, too', async (t) => {
  const stop = new Stop();
  const listener = process.stdout.listeners('error').at(-1) as () => void;
  listener();
  t.ok(stop.signal.aborted);
  t.equal(stop.by, undefined);
  t.equal(stop.code, 0, 'what stdout says of itself is said elsewhere');
});
