/** A real InfluxDB 2 for a test, written to and asked over HTTP, with every digit of what it answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Test } from 'tap';
import { freePort, Server } from './server.ts';

/** Column by column as InfluxDB prints it, and the datatype that it gives to `_value`. */
export type Row = Readonly<Record<string, string>> & { readonly '#_value'?: string };

export class InfluxDB {
  readonly url: string;
  readonly organization = 'organization';
  readonly token = 'token';
  readonly #server: Server;

  private constructor(t: Test, program: string) {
    const directory = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-influxdb-'));
    const port = freePort();
    this.url = `http://127.0.0.1:${port}`;
    // A teardown that is registered first runs last.
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    this.#server = new Server(t, {
      name: 'influxdb',
      command: [
        ...[program, '--http-bind-address', `127.0.0.1:${port}`],
        ...['--bolt-path', 'influxd.bolt', '--sqlite-path', 'influxd.sqlite', '--engine-path', 'engine'],
        ...['--reporting-disabled', '--log-level', 'warn'],
      ],
      directory,
      ports: [port],
      ready: async () => (await fetch(`${this.url}/health`)).ok,
    });
  }

  /** Starts the influxd that scripts/get-influxdb.sh built, with an organization and a bucket. The test's end kills it. */
  static async start(t: Test, program: string, bucket = 'bucket'): Promise<InfluxDB> {
    const influxdb = new InfluxDB(t, program);
    await influxdb.#server.start();
    const { organization: org, token } = influxdb;
    const first = { username: 'user', password: 'password', org, bucket, token };
    await influxdb.#post('/api/v2/setup', JSON.stringify(first));
    return influxdb;
  }

  async createBucket(name: string): Promise<void> {
    const found = await fetch(`${this.url}/api/v2/orgs?org=${this.organization}`, {
      headers: { authorization: `Token ${this.token}` },
    });
    const { orgs } = (await found.json()) as { orgs: { id: string }[] };
    await this.#post('/api/v2/buckets', JSON.stringify({ name, orgID: orgs[0]!.id, retentionRules: [] }));
  }

  /** Line protocol, stamped in nanoseconds. */
  async write(bucket: string, lines: string): Promise<void> {
    await this.#post(`/api/v2/write?org=${this.organization}&bucket=${bucket}&precision=ns`, lines);
  }

  /** The rows that a Flux query answers, table after table. */
  async query(flux: string): Promise<Row[]> {
    const dialect = { annotations: ['datatype'], header: true };
    const body = JSON.stringify({ query: flux, dialect });
    return rowsOf(await this.#post(`/api/v2/query?org=${this.organization}`, body));
  }

  /** Ends it as an administrator does; what it has is there again after `restart`. */
  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async restart(): Promise<void> {
    await this.#server.start();
  }

  async #post(path: string, body: string): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Token ${this.token}`, 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`InfluxDB: ${path}: ${response.status} ${text}\n${body.slice(0, 1000)}`);
    return text;
  }
}

/** Tables of "annotated CSV": a line of datatypes, one of names, and the rows; an empty line behind each. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let types: readonly string[] = [];
  let names: readonly string[] | undefined;
  for (const cells of parse(text, { relax_column_count: true, skip_empty_lines: true }) as string[][]) {
    if (cells[0] === '#datatype') [types, names] = [cells, undefined];
    else if (names === undefined) names = cells;
    else {
      // A line break within a value comes as CRLF, whatever it is.
      const row = Object.fromEntries(
        names.map((name, at) => [name, (cells[at] ?? '').replaceAll('\r\n', '\n')]),
      );
      // A query may fail after its first rows; it answers 200 then.
      if (names.includes('error')) throw new Error(`InfluxDB: ${JSON.stringify(row)}`);
      rows.push({ ...row, '#_value': types[names.indexOf('_value')] ?? '' });
    }
  }
  return rows;
}
