import t from 'tap';
import { InfluxWriter } from '../../src/influxdb/write.ts';
import { WriteServer } from '../support/write-server.ts';

const connection = (url: string) => ({ url, org: 'my org', bucket: 'b', token: 'secret' });
const SOON = { firstDelay: 5, longestDelay: 20 };
const points = (count: number) => Array.from({ length: count }, (_, i) => `m v=${i} ${i}`);

t.test('an exact multiple of the batch is there when close has resolved', async (t) => {
  for (const count of [0, 1, 9, 10, 11, 20, 30]) {
    const server = await WriteServer.start(
      t,
      Array.from({ length: 4 }, () => ({ after: 100 })),
    );
    const writer = new InfluxWriter(connection(server.url), { batch: 10 });
    await writer.write(points(count));
    await writer.close();
    t.strictSame(server.lines, points(count), `${count} points`);
    t.equal(writer.acknowledged, count);
  }
});

t.test('64-bit integers arrive digit by digit', async (t) => {
  const server = await WriteServer.start(t);
  const writer = new InfluxWriter(connection(server.url));
  const exact = ['9007199254740993', '9223372036854775807', '-9223372036854775808'].map(
    (n) => `m v=${n}i 1704067200123456789`,
  );
  await writer.write(exact);
  await writer.close();
  t.strictSame(server.lines, exact);
  t.match(server.requests, [
    { authorization: 'Token secret', path: /org=my(%20|\+)org.*bucket=b.*precision=ns/ },
  ]);
});

t.test('refused twice, then taken', async (t) => {
  const answers = [{ status: 503 }, { hangUp: true }, { status: 429, retryAfter: 0 }, {}];
  const server = await WriteServer.start(t, answers);
  const told: string[] = [];
  const onRetry = (reason: string, delay: number) => told.push(`${delay} ${reason}`);
  const writer = new InfluxWriter(connection(server.url), { ...SOON, batch: 10, onRetry });
  await writer.write(points(25));
  await writer.close();
  t.strictSame(server.lines, points(25), 'each once, in order');
  t.equal(writer.acknowledged, 25);
  t.equal(server.requests.length, 6);
  t.match(told, [/^5 503/, /^10 /, /^20 429/], 'longer each time');
});

t.test('a server that says when to come again is obeyed', async (t) => {
  const server = await WriteServer.start(t, [{ status: 503, retryAfter: 1 }]);
  const delays: number[] = [];
  const writer = new InfluxWriter(connection(server.url), {
    ...SOON,
    onRetry: (_, delay) => delays.push(delay),
  });
  await writer.write(points(1));
  await writer.close();
  t.strictSame(delays, [1000]);
});

t.test('nothing piles up while the server is slow', async (t) => {
  const server = await WriteServer.start(t, [{ after: 200 }, { after: 200 }]);
  const writer = new InfluxWriter(connection(server.url), { batch: 10 });
  await writer.write(points(10));
  t.equal(writer.acknowledged, 0, 'the first batch is on its way');
  await writer.write(points(10));
  t.equal(writer.acknowledged, 10, 'the second waited for it');
  await writer.close();
  t.equal(server.requests.length, 2);
});

t.test('what will never be taken is told at once', async (t) => {
  const cases = [
    { status: 400, message: 'unable to parse', reason: /unable to parse/ },
    { status: 401, message: 'unauthorized access', reason: /is the token right/ },
    { status: 404, message: 'bucket "b" not found', reason: /organization and bucket/ },
    { status: 422, message: 'field type conflict', reason: /field type conflict/ },
  ];
  for (const { reason, ...answer } of cases) {
    const server = await WriteServer.start(t, [{}, answer]);
    const writer = new InfluxWriter(connection(server.url), { ...SOON, batch: 10 });
    const writing = writer.write(points(40)).then(() => writer.close());
    await t.rejects(writing, { code: 'INFLUXDB_WRITE', message: reason });
    t.equal(writer.acknowledged, 10);
    t.equal(server.requests.length, 2, 'no other try');
  }
});

t.test('patience ends, and so does Ctrl-C', async (t) => {
  const away = connection('http://127.0.0.1:9');
  const impatient = new InfluxWriter(away, { ...SOON, patience: 50 });
  await impatient.write(points(1));
  await t.rejects(impatient.close(), { code: 'INFLUXDB_WRITE', message: /is it running/ });
  const stop = new AbortController();
  const stopped = new InfluxWriter(away, {
    firstDelay: 60_000,
    signal: stop.signal,
    onRetry: () => stop.abort(),
  });
  await stopped.write(points(1));
  await t.rejects(stopped.close(), { code: 'INFLUXDB_UNACKNOWLEDGED' });
});

t.test(
  'a server that does not answer is left after the signal, and what it answers in time counts',
  async (t) => {
    for (const [after, grace, acknowledged] of [
      [3000, 20, 0],
      [300, 60_000, 1],
    ] as const) {
      const server = await WriteServer.start(t, [{ after }]);
      const stop = new AbortController();
      const writer = new InfluxWriter(connection(server.url), { signal: stop.signal, grace });
      await writer.write(points(1));
      const closed = writer.close();
      while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      if (acknowledged === 0)
        await t.rejects(closed, { code: 'INFLUXDB_UNACKNOWLEDGED', message: /^1 points/ });
      else await closed;
      t.equal(writer.acknowledged, acknowledged);
      t.equal(server.requests.length, 1, 'and is not asked again');
    }
  },
);
