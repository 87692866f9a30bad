/** Which refusals of an InfluxDB may be none later, and when it is time to ask again. */
import { HttpError } from '@influxdata/influxdb-client';

const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;
/** Milliseconds: whoever asks for days has not thought of us. */
const LONGEST_WAIT = 120_000;

/** Whether the server is busy or in trouble; what is wrong with the request itself stays wrong. */
export function isBusy({ statusCode }: HttpError): boolean {
  return statusCode === TOO_MANY_REQUESTS || statusCode >= SERVER_ERROR;
}

/** Milliseconds to wait: `pause`, or what the server asks for where that is longer, but no more than two minutes. */
export function waitAfter(error: unknown, pause: number): number {
  // The client gives the header's seconds as they are.
  const asked = error instanceof HttpError ? 1000 * error.retryAfter() : 0;
  return Math.max(pause, Math.min(asked, LONGEST_WAIT));
}
