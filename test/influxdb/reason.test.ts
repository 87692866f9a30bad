import { HttpError } from '@influxdata/influxdb-client';
import t from 'tap';
import { reasonOf } from '../../src/influxdb/reason.ts';

const answered = (status: number, statusMessage: string, message?: string) =>
  new HttpError(
    status,
    statusMessage,
    message === undefined ? 'text' : JSON.stringify({ code: 'c', message }),
    undefined,
    'application/json',
  );

t.test('what the server says, else the name of its status', async (t) => {
  t.equal(reasonOf(answered(400, 'Bad Request', 'no such field')), '400 no such field');
  t.equal(reasonOf(answered(502, 'Bad Gateway')), '502 Bad Gateway');
  t.equal(
    reasonOf(answered(307, 'Temporary Redirect')),
    '307 Temporary Redirect; give the address that it leads to by --url',
  );
});

t.test('nothing that a terminal obeys, and not pages of it', async (t) => {
  const told = reasonOf(answered(400, '', `\x1b[2Jred\n${'x'.repeat(5000)}`));
  t.match(told, /^400 \?\[2Jred\?x+…$/);
  t.ok(told.length < 320);
});

t.test('errors of the network', async (t) => {
  t.equal(reasonOf(new Error('connect ECONNREFUSED')), 'connect ECONNREFUSED');
  t.equal(reasonOf(Object.assign(new Error(''), { code: 'ECONNREFUSED' })), 'ECONNREFUSED');
  t.equal(reasonOf(new Error('')), 'it did not say why');
});
