import { HttpError } from '@influxdata/influxdb-client';
import t from 'tap';
import { isBusy, waitAfter } from '../../src/influxdb/retry.ts';

const error = (status: number, retryAfter?: string) => new HttpError(status, '', '', retryAfter);

t.test('a busy server is asked again, a wrong request is not', async (t) => {
  for (const status of [429, 500, 502, 503, 504]) t.ok(isBusy(error(status)), String(status));
  for (const status of [400, 401, 404, 413, 422]) t.notOk(isBusy(error(status)), String(status));
});

t.test('what the server asks for is waited, and never less than the pause', async (t) => {
  t.equal(waitAfter(error(503, '5'), 1000), 5000);
  t.equal(waitAfter(error(503, '5'), 9000), 9000);
  t.equal(waitAfter(error(503, '99999'), 1000), 120_000, 'but not for days');
  t.equal(waitAfter(error(503), 1000), 1000);
  t.equal(waitAfter(new Error('refused'), 1000), 1000);
});
