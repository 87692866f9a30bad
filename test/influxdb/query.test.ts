import { once } from 'node:events';
import t from 'tap';
import { query } from '../../src/influxdb/query.ts';
import { Tables } from '../../src/influxdb/table.ts';
import { type Asked, fluxServer, table } from '../support/flux-server.ts';

const never = new AbortController().signal;
const ANSWER = table([['2023-11-14T22:13:20Z', 1]]);

async function count(lines: AsyncIterable<string>): Promise<number> {
  let values = 0;
  const tables = new Tables(new Set(), () => values++);
  for await (const line of lines) tables.line(line);
  return values;
}

const at = (url: string) => ({ url, org: 'o', bucket: 'b', token: 'secret' });

function fail(response: Asked['response'], status: number, message: string, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ code: 'internal error', message }));
}

t.test('asks with the token, and reads the answer', async (t) => {
  let authorization: string | undefined;
  const { url, asked } = await fluxServer(t, ({ request, response }) => {
    authorization = request.headers.authorization;
    response.end(ANSWER);
  });
  t.equal(await query(at(url), 'from(bucket: "b")', { stop: never }, count), 1);
  t.strictSame(asked, ['from(bucket: "b")']);
  t.equal(authorization, 'Token secret');
});

t.test('asks again after errors of the server and of the network, anew each time', async (t) => {
  const told: string[] = [];
  const { url, asked } = await fluxServer(t, ({ response }, number) => {
    if (number === 1) fail(response, 503, 'busy');
    else if (number === 2) response.destroy();
    else if (number === 3) {
      // Half of it, then the connection is gone.
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write(ANSWER, () => response.destroy());
    } else if (number === 5) response.end('<html>maintenance</html>');
    else if (number === 4) fail(response, 429, 'too many', { 'retry-after': '1' });
    else response.end(ANSWER);
  });
  const options = { stop: never, firstPause: 1, onRetry: (message: string) => told.push(message) };
  t.equal(await query(at(url), 'q', options, count), 1);
  t.equal(asked.length, 6);
  t.equal(told.length, 5);
  t.match(told[0], /^INFLUXDB_RETRY: .*503 busy/);
  t.match(told[3], /429 too many; again in 1 s/);
  t.match(told[4], /is no table: <html>/);
});

t.test('gives up in the end', async (t) => {
  const { url, asked } = await fluxServer(t, ({ response }) => fail(response, 500, 'broken'));
  await t.rejects(query(at(url), 'q', { stop: never, firstPause: 0 }, count), {
    code: 'INFLUXDB_UNREACHABLE',
    message: /500 broken, 8 times/,
  });
  t.equal(asked.length, 8);
});

t.test('what no waiting mends is refused at once, and no token is shown', async (t) => {
  const cases: [status: number, message: string, code: string][] = [
    [401, 'unauthorized access', 'INFLUXDB_UNAUTHORIZED'],
    [403, 'forbidden', 'INFLUXDB_UNAUTHORIZED'],
    [404, 'could not find bucket "b"', 'INFLUXDB_NOT_FOUND'],
    [400, 'failed to decode request body: organization name "o" not found', 'INFLUXDB_NOT_FOUND'],
    [400, 'compilation failed', 'INFLUXDB_QUERY_FAILED'],
  ];
  for (const [status, message, code] of cases) {
    const { url, asked } = await fluxServer(t, ({ response }) => fail(response, status, message));
    const failed = await query(at(url), 'q', { stop: never }, count).catch((error: Error) => error);
    t.match(failed, { code, message: new RegExp(message) });
    t.notMatch((failed as Error).message, 'secret');
    t.equal(asked.length, 1);
  }
});

t.test('an error within the answer', async (t) => {
  const { url, asked } = await fluxServer(t, ({ response }) =>
    response.end(
      `${ANSWER}#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,it broke,897\r\n`,
    ),
  );
  await t.rejects(query(at(url), 'q', { stop: never }, count), {
    code: 'INFLUXDB_QUERY_FAILED',
    message: /it broke/,
  });
  t.equal(asked.length, 1);
});

t.test('ends when it shall, while the server thinks, while it writes, and between two tries', async (t) => {
  for (const silent of [true, false]) {
    const stop = new AbortController();
    const { url } = await fluxServer(t, ({ response }) => {
      if (silent) stop.abort();
      else response.write(ANSWER, () => stop.abort());
    });
    await t.rejects(query(at(url), 'q', { stop: stop.signal }, count));
  }
  const stop = new AbortController();
  const { url } = await fluxServer(t, ({ response }) => fail(response, 500, 'broken'));
  const onRetry = () => stop.abort();
  await t.rejects(query(at(url), 'q', { stop: stop.signal, firstPause: 1e6, onRetry }, count), {
    name: 'AbortError',
  });
});

t.test('an answer that is not read to its end is not sent to its end', async (t) => {
  let closed: Promise<unknown> | undefined;
  const { url } = await fluxServer(t, ({ response }) => {
    closed = once(response, 'close');
    response.write(ANSWER);
  });
  const first = async (lines: AsyncIterable<string>) => {
    for await (const line of lines) return line;
    return '';
  };
  t.match(await query(at(url), 'q', { stop: never }, first), '#datatype');
  await closed;
});
