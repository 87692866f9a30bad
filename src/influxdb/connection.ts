/** Which InfluxDB 2 is meant. The token comes from the environment or from a file: arguments are open to every user of a machine. */
import { readFileSync } from 'node:fs';
import { Refusal } from '../refusal.ts';

export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly token: string;
}

/** As the command line has them. */
export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly org?: string | undefined;
  readonly bucket?: string | undefined;
  /** A file whose text is the token. */
  readonly tokenFile?: string | undefined;
  /** What nobody should give: it is refused, with the reason. */
  readonly token?: string | undefined;
}

export const TOKEN_VARIABLE = 'INFLUX_TOKEN';

/** Reads the token, too. Throws a Refusal. */
export function readConnection(
  options: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Connection {
  if (options.token !== undefined)
    throw new Refusal(
      'INFLUXDB_TOKEN_ARGUMENT',
      `a token among the arguments can be read by every user of this machine; put it into ${TOKEN_VARIABLE} or a file for --token-file, and make a new one: this one has been seen`,
    );
  const { url, org, bucket } = options;
  return {
    url: checkedUrl(url),
    org: needed('org', org),
    bucket: needed('bucket', bucket),
    token: readToken(options.tokenFile, environment),
  };
}

function needed(name: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new Refusal('INFLUXDB_ARGUMENT', `--${name} is missing; InfluxDB 2 wants --url, --org and --bucket`);
}

function checkedUrl(given: string | undefined): string {
  const text = needed('url', given);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Refusal('INFLUXDB_URL', `--url ${text} is no address; give one as http://localhost:8086`);
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw new Refusal(
      'INFLUXDB_URL',
      `--url takes neither a password nor parameters; the token goes into ${TOKEN_VARIABLE} or --token-file`,
    );
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function readToken(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (file === undefined) {
    const token = environment[TOKEN_VARIABLE]?.trim();
    if (token) return checkedToken(token, TOKEN_VARIABLE);
    throw new Refusal(
      'INFLUXDB_TOKEN',
      `there is no token: set ${TOKEN_VARIABLE}, or give --token-file FILE`,
    );
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal('INFLUXDB_TOKEN', `--token-file cannot be read: ${(error as Error).message}`);
  }
  const token = text.trim();
  if (token === '') throw new Refusal('INFLUXDB_TOKEN', `--token-file ${file} is empty`);
  return checkedToken(token, file);
}

/** What cannot stand in a header is told here; the message of the HTTP client would show the token. */
function checkedToken(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new Refusal('INFLUXDB_TOKEN', `the token in ${where} has a space or another character that none has`);
}
