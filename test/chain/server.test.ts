/** The servers of these tests are their own: what listens on a port that somebody else has is never taken for one. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { influxdbPart } from '../support/parts.ts';
import { freePort, Server } from '../support/server.ts';

/** Any of them needs what the servers need; Node.js stands in for one here. */
const { options } = influxdbPart();

/** A server that runs this script, with `port` in it. */
function server(t: Test, port: number, script: string): Server {
  // Without the runner's hooks, which it finds in its environment.
  const command = [process.execPath, '-e', `const port = ${port}; ${script}`];
  return new Server(t, {
    name: 'it',
    command,
    directory: t.testdir(),
    ports: [port],
    ready: async () => true,
  });
}

const LISTEN = `console.log('up'); require('node:net').createServer().listen(port, '127.0.0.1');`;

t.test('it is up when it listens itself, and starts again on its port', options, async (t) => {
  const port = freePort();
  const one = server(t, port, LISTEN);
  await one.start();
  await one.stop();
  await one.start();
  await one.kill();
  await one.start();
  t.strictSame(one.log(), ['up', 'up', 'up'], 'it has been started three times');
});

t.test('a port that is another’s is refused', options, async (t) => {
  const port = freePort();
  const other = createServer().listen(port, '127.0.0.1');
  t.teardown(() => other.close());
  await once(other, 'listening');
  await t.rejects(server(t, port, LISTEN).start(), { message: /another process listens on port/ });
});

t.test('one that ends tells why', options, async (t) => {
  const ends = server(t, freePort(), `console.error('no room'); process.exit(3);`);
  await t.rejects(ends.start(), { message: /it ended with 3\nno room/ });
});
