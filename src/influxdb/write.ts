/**
 * Writes points to InfluxDB 2, batch after batch, each until it is acknowledged. The client's own queue is not used: it
 * drops what it has no room for, and its end does not wait for a batch that is on its way.
 */

import { setTimeout } from 'node:timers/promises';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { Refusal } from '../refusal.ts';
import type { Connection } from './connection.ts';
import { reasonOf } from './reason.ts';
import { isBusy, waitAfter } from './retry.ts';

/** What InfluxDB's documentation advises. */
const BATCH_LINES = 5000;
const REQUEST_MILLISECONDS = 60_000;

export interface WriteOptions {
  /** Milliseconds before a batch is tried again; doubled each time. */
  readonly firstDelay?: number;
  readonly longestDelay?: number;
  /** Milliseconds after which a batch is given up. */
  readonly patience?: number;
  readonly batch?: number;
  /** Ends the waiting between two tries, and after the grace a request too; the batch counts as given up. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a request is left after the signal, to be acknowledged. */
  readonly grace?: number;
  /** Told of every try that failed, and when the next one is, in milliseconds. */
  readonly onRetry?: (reason: string, delay: number) => void;
}

export class InfluxWriter {
  /** Points that InfluxDB has said that it has. */
  acknowledged = 0;
  readonly #connection: Connection;
  readonly #options: Required<Omit<WriteOptions, 'signal'>> & Pick<WriteOptions, 'signal'>;
  #lines: string[] = [];
  /** The batch that is on its way, while the next one is made. */
  #inFlight: Promise<void> | undefined;

  constructor(connection: Connection, options: WriteOptions = {}) {
    this.#connection = connection;
    this.#options = {
      firstDelay: 1000,
      longestDelay: 30_000,
      patience: 5 * 60_000,
      batch: BATCH_LINES,
      grace: 3000,
      onRetry: () => {},
      ...options,
    };
  }

  /**
   * Takes points, each a line of line protocol: text, so that every digit of a 64-bit integer arrives. Waits while a
   * batch is on its way and the next one is full.
   *
   * @throws Refusal when InfluxDB refuses them, or does not answer for too long
   */
  async write(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      this.#lines.push(line);
      if (this.#lines.length === this.#options.batch) await this.#next();
    }
  }

  /** Resolves when everything is acknowledged. */
  async close(): Promise<void> {
    if (this.#lines.length > 0) await this.#next();
    await this.#inFlight;
  }

  async #next(): Promise<void> {
    await this.#inFlight;
    this.#inFlight = this.#send(this.#lines);
    // What goes wrong with it is told by whoever waits for it next.
    this.#inFlight.catch(() => {});
    this.#lines = [];
  }

  async #send(lines: readonly string[]): Promise<void> {
    const { firstDelay, longestDelay, patience, onRetry, signal } = this.#options;
    const deadline = performance.now() + patience;
    for (let delay = firstDelay; ; delay = Math.min(2 * delay, longestDelay)) {
      try {
        await this.#request(lines);
        this.acknowledged += lines.length;
        return;
      } catch (error) {
        const wait = waitAfter(error, delay);
        if (signal?.aborted) throw interrupted(lines.length);
        if (!isPassing(error) || performance.now() + wait > deadline) throw refusalOf(error);
        onRetry(reasonOf(error), wait);
        await setTimeout(wait, undefined, signal && { signal }).catch(() => {});
        if (signal?.aborted) throw interrupted(lines.length);
      }
    }
  }

  /** One try. */
  async #request(lines: readonly string[]): Promise<void> {
    const { url, org, bucket, token } = this.#connection;
    const { batch, grace, signal } = this.#options;
    // The client leaves the connection open when its time is over, and it would keep the program from ending.
    const over = new AbortController();
    const transportOptions = { signal: over.signal };
    const api = new InfluxDB({ url, token, timeout: REQUEST_MILLISECONDS, transportOptions }).getWriteApi(
      org,
      bucket,
      'ns',
      {
        // Nothing is sent but by flush, and nothing is tried again but by us.
        batchSize: batch + 1,
        maxBatchBytes: Number.MAX_SAFE_INTEGER,
        flushInterval: 0,
        maxRetries: 0,
        // In place of a line on the console.
        writeFailed: (error) => Promise.reject(error),
      },
    );
    const stop = () => globalThis.setTimeout(() => over.abort(), grace).unref();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      api.writeRecords([...lines]);
      await api.flush();
    } catch (error) {
      over.abort();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}

function interrupted(points: number): Refusal {
  return new Refusal(
    'INFLUXDB_UNACKNOWLEDGED',
    `${points} points were on their way and may be there or not; the same import again writes none of them twice`,
  );
}

/** Whether the same batch may be taken later: the server is busy, or cannot be reached. */
function isPassing(error: unknown): boolean {
  return !(error instanceof HttpError) || isBusy(error);
}

function refusalOf(error: unknown): Refusal {
  const hints: Record<number, string> = {
    401: '; is the token right, and may it write to this bucket?',
    404: '; is there such an organization and bucket?',
  };
  const hint =
    error instanceof HttpError ? (hints[error.statusCode] ?? '') : '; is it running at this address?';
  return new Refusal('INFLUXDB_WRITE', `InfluxDB did not take the points: ${reasonOf(error)}${hint}`);
}
