import { once } from 'node:events';
import t from 'tap';
import { Stop, until } from '../../src/commands/stopping.ts';

t.test('the first Ctrl-C aborts', async (t) => {
  const listeners = () => ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name));
  const before = listeners();
  const heard: string[] = [];
  const stop = new Stop((name) => heard.push(name));
  t.equal(stop.code, 0);
  t.equal(stop.by, undefined);
  const aborted = once(stop.signal, 'abort');
  process.emit('SIGINT', 'SIGINT');
  await aborted;
  t.ok(stop.signal.aborted);
  t.strictSame(heard, ['SIGINT']);
  t.equal(stop.by, 'SIGINT');
  t.equal(stop.code, 130);
  t.strictSame(listeners(), before, 'the second one, of either name, has its usual effect');
});

t.test('a stdout that takes no more aborts, too, where that is the end', async (t) => {
  const without = new Stop(() => {}, false);
  const stop = new Stop(() => {});
  t.teardown(() => process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM'));
  const listener = process.stdout.listeners('error').at(-1) as () => void;
  listener();
  t.ok(stop.signal.aborted);
  t.notOk(without.signal.aborted);
  t.equal(stop.by, undefined);
  t.equal(stop.code, 0, 'what stdout says of itself is said elsewhere');
});

t.test('what comes until the signal', async (t) => {
  const controller = new AbortController();
  async function* items() {
    yield 1;
    yield 2;
    controller.abort();
    yield 3;
  }
  const got: number[] = [];
  for await (const item of until(items(), controller.signal)) got.push(item);
  t.strictSame(got, [1, 2]);
});

t.test('what never comes is not waited for', async (t) => {
  const controller = new AbortController();
  async function* silent() {
    yield 1;
    await new Promise(() => {});
  }
  const got: number[] = [];
  setTimeout(() => controller.abort(), 10);
  for await (const item of until(silent(), controller.signal)) got.push(item);
  t.strictSame(got, [1]);
});

t.test('what goes wrong is thrown', async (t) => {
  async function* failing() {
    yield 1;
    throw new Error('gone');
  }
  const read = async () => {
    for await (const _ of until(failing(), new AbortController().signal));
  };
  await t.rejects(read(), { message: 'gone' });
});
