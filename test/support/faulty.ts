/** A store in memory that is slow, or fails now and then, as it is told; and the whole road on top of it. */
import { setTimeout as delay } from 'node:timers/promises';
import memory from '../../plugins/stores/memory/memory.ts';
import type { Config } from '../../src/config.ts';
import { uniform } from '../../src/math/random.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Cold } from '../../src/state/cold.ts';
import { Hot } from '../../src/state/hot.ts';
import { Snapshots } from '../../src/state/snapshot.ts';
import type { MaybePromise, Store } from '../../src/store.ts';
import { finish } from '../../src/waiting.ts';
import { readKept } from './kept.ts';
import { testLog } from './road.ts';
import { type StreamOptions, stream } from './stream.ts';

export interface Faults {
  /** Most milliseconds that an answer takes; without it reads answer at once. */
  delay?: number;
  /** Shares of the reads and of the batches that fail. */
  reads?: number;
  writes?: number;
}

export class FaultyStore implements Store {
  readonly capabilities = { durable: true, synchronous: false };
  /** What is really there. */
  readonly inner = memory.open({ path: '', sync: false, readOnly: false }) as Store;
  /** To be changed at any time. */
  readonly faults: Faults;
  /** What has gone wrong. */
  failed = 0;
  batches = 0;
  /** Is called when a batch is in the store, before anybody else hears of it. */
  afterBatch: () => Promise<void> = async () => {};
  #calls = 0;

  constructor(faults: Faults) {
    this.faults = faults;
  }

  getMany(
    keys: readonly Uint8Array[],
    take: (index: number, value: Uint8Array | undefined) => void,
  ): MaybePromise<void> {
    this.#fail(this.faults.reads);
    if (this.faults.delay === undefined) return this.inner.getMany(keys, take);
    // As they are now, whatever is written until they arrive.
    const values: (Uint8Array | undefined)[] = [];
    this.inner.getMany(keys, (index, value) => {
      values[index] = value;
    });
    return this.#later().then(() => {
      for (const [index, value] of values.entries()) take(index, value);
    });
  }

  async putMany(keys: readonly Uint8Array[], values: readonly Uint8Array[]): Promise<void> {
    await this.#later();
    this.#fail(this.faults.writes);
    this.batches++;
    await this.inner.putMany(keys, values);
    await this.afterBatch();
  }

  async delete(keys: readonly Uint8Array[]): Promise<void> {
    await this.#later();
    this.#fail(this.faults.writes);
    await this.inner.delete(keys);
  }

  keys(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): MaybePromise<Uint8Array[]> {
    return this.inner.keys(prefix, after, limit);
  }

  close(): void {}

  async #later(): Promise<void> {
    await delay(uniform(1, this.#calls++, 0) * (this.faults.delay ?? 0));
  }

  #fail(share = 0): void {
    if (uniform(2, this.#calls++, 0) >= share) return;
    this.failed++;
    throw new Error('the store is out of order');
  }
}

/** The road over such a store, with snapshots all the while. */
export async function roadOver(store: Store, config: Config, bytes: number) {
  const log = testLog();
  const cold = new Cold(store, log);
  const hot = await finish(Hot.open(bytes, cold));
  const pipeline = new Pipeline(config, log, hot);
  const snapshots = new Snapshots(hot, 0.01);
  snapshots.start();
  /** As the program does: the timers of the snapshots have their turn between two chunks. */
  const process = async (chunk: Buffer): Promise<Buffer> => {
    await delay(0);
    return Buffer.from(await pipeline.process(chunk));
  };
  return { log, cold, hot, pipeline, snapshots, process };
}

/** What comes out where nothing is amiss, and the rows then. */
export async function undisturbed(config: Config, load: StreamOptions) {
  const store = new FaultyStore({});
  const { process, snapshots, pipeline } = await roadOver(store, config, Number.MAX_SAFE_INTEGER);
  const chunks: Buffer[] = [];
  for (const chunk of stream(load)) chunks.push(await process(chunk));
  await snapshots.finish();
  return { chunks, rows: (await readKept(store))!.rows, counts: pipeline.counts };
}
