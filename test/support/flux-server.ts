/** A server that answers Flux queries as it is told to: with what is recorded, late, by halves, or not at all. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export interface Asked {
  readonly flux: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface FluxServer {
  readonly url: string;
  /** The queries so far. */
  readonly asked: string[];
}

/** Gone with the test. */
export async function fluxServer(
  t: Test,
  answer: (asked: Asked, number: number) => void,
): Promise<FluxServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query: flux } = JSON.parse(body) as { query: string };
    asked.push(flux);
    answer({ flux, request, response }, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A table of one series, as InfluxDB writes it. */
export function table(rows: readonly (readonly [time: string, value: number])[]): string {
  if (rows.length === 0) return '\r\n';
  const head = `#datatype,string,long,dateTime:RFC3339,double,string,string,string
#group,false,false,false,false,true,true,true
#default,_result,,,,,,
,result,table,_time,_value,_field,_measurement,host
`;
  const lines = rows.map(([time, value]) => `,,0,${time},${value},v,m,a\n`);
  return `${head}${lines.join('')}\n`.replaceAll('\n', '\r\n');
}
