/**
 * Writes points to InfluxDB 2, batch after batch, each until it is acknowledged. The client's own queue is not used: it
 * drops what it has no room for, and its end does not wait for a batch that is on its way.
 */

import { setTimeout } from 'node:timers/promises';
import { HttpError, InfluxDB, type WriteApi } from '@influxdata/influxdb-client';
import { Refusal } from '../refusal.ts';
import type { Connection } from './connection.ts';
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
  /** Ends the waiting between two tries; the batch counts as given up. */
  readonly signal?: AbortSignal;
  /** Told of every try that failed, and when the next one is, in milliseconds. */
  readonly onRetry?: (reason: string, delay: number) => void;
}

export class InfluxWriter {
  /** Points that InfluxDB has said that it has. */
  acknowledged = 0;
  readonly #api: WriteApi;
  readonly #options: Required<Omit<WriteOptions, 'signal'>> & Pick<WriteOptions, 'signal'>;
  #lines: string[] = [];
  /** The batch that is on its way, while the next one is made. */
  #inFlight: Promise<void> | undefined;

  constructor({ url, org, bucket, token }: Connection, options: WriteOptions = {}) {
    this.#options = {
      firstDelay: 1000,
      longestDelay: 30_000,
      patience: 5 * 60_000,
      batch: BATCH_LINES,
      onRetry: () => {},
      ...options,
    };
    this.#api = new InfluxDB({ url, token, timeout: REQUEST_MILLISECONDS }).getWriteApi(org, bucket, 'ns', {
      // Nothing is sent but by flush, and nothing is tried again but by us.
      batchSize: this.#options.batch + 1,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      maxRetries: 0,
      // In place of a line on the console.
      writeFailed: (error) => Promise.reject(error),
    });
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
    await this.#api.close();
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
        this.#api.writeRecords([...lines]);
        await this.#api.flush();
        this.acknowledged += lines.length;
        return;
      } catch (error) {
        const wait = waitAfter(error, delay);
        if (!isPassing(error) || performance.now() + wait > deadline || signal?.aborted)
          throw refusalOf(error);
        onRetry(reasonOf(error), wait);
        await setTimeout(wait, undefined, signal && { signal }).catch(() => {});
      }
    }
  }
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

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = message || code || 'it did not say why';
  return error instanceof HttpError ? `${error.statusCode} ${error.message}` : text;
}
