import { join } from 'node:path';
import t from 'tap';
import { readConnection } from '../../src/influxdb/connection.ts';

const place = { url: 'http://localhost:8086', org: 'o', bucket: 'b' };

t.test('the token comes from the environment', async (t) => {
  t.strictSame(readConnection(place, { INFLUX_TOKEN: ' secret==\n' }), { ...place, token: 'secret==' });
});

t.test('or from a file, which goes before the environment', async (t) => {
  const tokenFile = join(t.testdir({ token: 'from-file\n' }), 'token');
  t.equal(readConnection({ ...place, tokenFile }, { INFLUX_TOKEN: 'other' }).token, 'from-file');
});

t.test('a url keeps its path and loses its last slash', async (t) => {
  const url = (text: string) => readConnection({ ...place, url: text }, { INFLUX_TOKEN: 't' }).url;
  t.equal(url('https://example.net:443/'), 'https://example.net');
  t.equal(url('http://example.net:8086/influx//'), 'http://example.net:8086/influx');
});

t.test('what cannot be meant is refused, and no token is shown', async (t) => {
  const dir = t.testdir({ empty: ' \n', two: 'sec ret' });
  const cases: [code: string, given: object, environment: Record<string, string>][] = [
    ['INFLUXDB_ARGUMENT', { url: undefined }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_ARGUMENT', { org: '' }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_ARGUMENT', { bucket: undefined }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_URL', { url: 'localhost:8086' }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_URL', { url: 'ftp://localhost' }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_URL', { url: 'http://ann:secret@localhost' }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_URL', { url: 'http://localhost?token=secret' }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_TOKEN', {}, {}],
    ['INFLUXDB_TOKEN', {}, { INFLUX_TOKEN: '' }],
    ['INFLUXDB_TOKEN', {}, { INFLUX_TOKEN: 'secret\nsecret' }],
    ['INFLUXDB_TOKEN', { tokenFile: join(dir, 'absent') }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_TOKEN', { tokenFile: join(dir, 'empty') }, { INFLUX_TOKEN: 'secret' }],
    ['INFLUXDB_TOKEN', { tokenFile: join(dir, 'two') }, {}],
    ['INFLUXDB_TOKEN_ARGUMENT', { token: 'secret' }, { INFLUX_TOKEN: 'secret' }],
  ];
  for (const [code, given, environment] of cases)
    try {
      readConnection({ ...place, ...given }, environment);
      t.fail(`taken: ${JSON.stringify(given)}`);
    } catch (error) {
      t.equal((error as { code: string }).code, code);
      t.notMatch((error as Error).message, 'secret');
    }
});
