/** Why a request failed, in one line: what the server says of it, without what a terminal would take for its own. */
import { HttpError } from '@influxdata/influxdb-client';
import { shown } from '../shown.ts';

/** Characters of what the server says. */
const LONGEST = 300;

export function reasonOf(error: unknown): string {
  if (!(error instanceof HttpError)) {
    const { message, code } = error as NodeJS.ErrnoException;
    return shown(message || code || 'it did not say why', LONGEST);
  }
  const { statusCode, statusMessage, json } = error;
  const told = (json as { message?: unknown } | undefined)?.message;
  const said = typeof told === 'string' ? told : (statusMessage ?? '');
  const elsewhere =
    statusCode >= 300 && statusCode < 400 ? '; give the address that it leads to by --url' : '';
  return `${statusCode} ${shown(said, LONGEST)}`.trim() + elsewhere;
}
