/** A stand-in for InfluxDB's write endpoint, which does what it is told and keeps what it has acknowledged. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Test } from 'tap';

/** What a request is answered with; by default 204, which acknowledges it. */
export interface Answer {
  readonly status?: number;
  /** Milliseconds before it. */
  readonly after?: number;
  readonly message?: string;
  readonly retryAfter?: number;
  /** Closes the connection instead. */
  readonly hangUp?: boolean;
}

export class WriteServer {
  /** What was acknowledged, in order. */
  readonly lines: string[] = [];
  /** Of every request: its lines, what it asks for, and its token. */
  readonly requests: { lines: number; path: string; authorization: string | undefined }[] = [];
  readonly #server: Server;
  #answers: Answer[];

  private constructor(answers: readonly Answer[]) {
    this.#answers = [...answers];
    this.#server = createServer(async (request, response) => {
      const lines = (await bodyOf(request)).split('\n');
      const { url = '', headers } = request;
      this.requests.push({ lines: lines.length, path: url, authorization: headers.authorization });
      const { status = 204, after = 0, message, retryAfter, hangUp } = this.#answers.shift() ?? {};
      await setTimeout(after);
      if (hangUp) return request.socket.destroy();
      if (status === 204) this.lines.push(...lines);
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      });
      response.end(message === undefined ? undefined : JSON.stringify({ code: 'invalid', message }));
    });
  }

  /** @param answers to the first requests, in order */
  static async start(t: Test, answers: readonly Answer[] = []): Promise<WriteServer> {
    const server = new WriteServer(answers);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    t.teardown(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}
