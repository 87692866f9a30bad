/** Which refusals of an InfluxDB may be none later, and when it is time to ask again. */
import { HttpError } from '@influxdata/influxdb-client';

const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

/** Whether the server is busy or in trouble; what is wrong with the request itself stays wrong. */
export function isBusy({ statusCode }: HttpError): boolean {
  return statusCode === TOO_MANY_REQUESTS || statusCode >= SERVER_ERROR;
}

/** Milliseconds to wait: `pause`, or what the server asks for where that is longer. */
export function waitAfter(error: unknown, pause: number): number {
  // The client gives the header's seconds as they are.
  return error instanceof HttpError ? Math.max(pause, 1000 * error.retryAfter()) : pause;
}
