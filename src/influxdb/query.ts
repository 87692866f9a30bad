/** Asks InfluxDB, and asks again where waiting may help. */
import { setTimeout as delay } from 'node:timers/promises';
import { canRetryHttpCall, HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { Refusal } from '../refusal.ts';
import type { Connection } from './connection.ts';
import { reasonOf } from './reason.ts';
import { isBusy, waitAfter } from './retry.ts';
import { FluxError, GarbledError } from './table.ts';

/** Milliseconds that the server may be silent: a query over much takes its time to begin. */
const SILENCE = 5 * 60_000;
/** Tries of one query, and milliseconds before the second; each pause is twice the one before, up to the longest. */
const TRIES = 8;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

export interface QueryOptions {
  /** Ends a query, or the wait for the next try. */
  readonly stop: AbortSignal;
  /** Told of every try that failed and is followed by another. */
  readonly onRetry?: ((message: string) => void) | undefined;
  /** Milliseconds before the second try. */
  readonly firstPause?: number | undefined;
}

/**
 * Calls `attempt` with the lines of the answer. It is called again where the answer failed on its way, so it begins
 * anew each time; it need not read them to their end. Throws a Refusal, or what `attempt` throws.
 */
export async function query<T>(
  connection: Connection,
  flux: string,
  { stop, onRetry, firstPause = FIRST_PAUSE }: QueryOptions,
  attempt: (lines: AsyncIterable<string>) => Promise<T>,
): Promise<T> {
  const { url, org, token } = connection;
  for (let tries = 1, pause = firstPause; ; tries++, pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    // The library listens to a signal for good, so each query has one of its own.
    const transportOptions = { signal: AbortSignal.any([stop]) };
    try {
      const api = new InfluxDB({ url, token, timeout: SILENCE, transportOptions }).getQueryApi({
        org,
        type: 'flux',
      });
      return await attempt(api.iterateLines(flux));
    } catch (error) {
      if (stop.aborted || !mayHelp(error)) throw explained(error, connection);
      const message = `${url}: ${reasonOf(error)}`;
      if (tries === TRIES)
        throw new Refusal(
          'INFLUXDB_UNREACHABLE',
          `${message}, ${TRIES} times; the same command again goes on`,
        );
      const wait = waitAfter(error, pause);
      onRetry?.(`INFLUXDB_RETRY: ${message}; again in ${Math.ceil(wait / 1000)} s`);
      await delay(wait, undefined, { signal: stop });
    }
  }
}

/** Whether the same query may succeed later: errors of the network and of the server, but not of the query. */
function mayHelp(error: unknown): boolean {
  if (error instanceof HttpError) return isBusy(error);
  if (error instanceof GarbledError) return true;
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    (canRetryHttpCall(error as Error) && !(error instanceof Refusal)) ||
    code === 'ECONNRESET' ||
    message === 'aborted'
  );
}

function explained(error: unknown, { url, org, bucket }: Connection): unknown {
  if (error instanceof FluxError) return new Refusal('INFLUXDB_QUERY_FAILED', `${url}: ${reasonOf(error)}`);
  if (!(error instanceof HttpError)) return error;
  const reason = reasonOf(error);
  const { statusCode } = error;
  if (statusCode === 401 || statusCode === 403)
    return new Refusal(
      'INFLUXDB_UNAUTHORIZED',
      `${url} refuses the token (${reason}); it needs one that may read bucket ${bucket}`,
    );
  // An organization that it does not know is a bad request to it.
  if (statusCode === 404 || (statusCode === 400 && /^400 .* not found$/.test(reason)))
    return new Refusal(
      'INFLUXDB_NOT_FOUND',
      `${url} knows no organization ${org}, or no bucket ${bucket} in it that the token may read (${reason})`,
    );
  return new Refusal('INFLUXDB_QUERY_FAILED', `${url}: ${reason}`);
}
