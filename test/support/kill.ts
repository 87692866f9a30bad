/**
 * kill -9 at random moments. Children follow one another on one state directory, each gets the stream from where the
 * snapshots are known to be (as Kafka delivers again what was not committed) and is killed; after each kill the
 * store is read and its rows are held against those of a process that nobody killed. A row depends on nothing
 * but its series' values so far, so the row of the same last time must be the same byte for byte. The judge's rows lie
 * in other pages, which are saved a moment earlier or later, so they may have a few values more or less, and lack the
 * values that were saved with the detector's rows alone when the child died: those are late for the next one. But for
 * that each must be there, of its own series, and whole.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { plugins } from '../../plugins/all.ts';
import lmdb from '../../plugins/stores/lmdb/lmdb.ts';
import { loadConfig } from '../../src/config.ts';
import { uniform } from '../../src/math/random.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Hot } from '../../src/state/hot.ts';
import { HEADER, NO_ROW } from '../../src/state/state.ts';
import type { Store } from '../../src/store.ts';
import { Child } from './child.ts';
import { headerOf, type Kept, nameOf, readCatalog, readKept } from './kept.ts';
import { testLog } from './road.ts';

/** Of each of the four files; 300 or so in all, unless it is said otherwise. */
const KILLS = Math.ceil(Number(process.env.TELEGRAF_ANOMALY_KILLS ?? 300) / 4);
const SEED = Number(process.env.TELEGRAF_ANOMALY_SEED ?? Date.now() % 1_000_000);

/** Points of a chunk. */
const CHUNK = 500;
/** Milliseconds between two looks at the catalog. */
const LOOK_EVERY = 4;
/** Most milliseconds from a child's first point to its end, from its start, and from the end of its stdin. */
const LIFE = 300;
const START = 500;
const FAREWELL = 60;
/** The share of the children that live beyond a snapshot of their own. */
const SETTLED = 0.5;

const NEWLINE = 10;

/** float64s of a judge's row that keeps a budget, at least. */
const BUDGET = 8;
/** Places in it: its begin in float64s; in float32s the numbers, and how many scores were learned. */
const BIRTH = 0;
const FIRST_FLOAT = 4;
const LAST_FLOAT = 15;
const SCORES = 10;
/** What is delivered again after a kill may be learned again, a few rounds each time. */
const MOST_SCORES = 10;
/** `[state] memory` may not be less. */
export const LEAST_MEMORY = '1MiB';

const FIRST_SECOND = 1_700_000_000n;
const ROUND_SECONDS = 10n;

export interface ChainOptions {
  /** Of `[state]`. */
  readonly memory: string;
  readonly sync: boolean;
  readonly snapshot_interval: string;
  /** Tag sets in the first round, and how many more in each one after it. */
  readonly tagSets: number;
  readonly growth: number;
  readonly rounds: number;
  /** Bytes that make each tag set longer. */
  readonly padding: number;
  /** Of the second detector, in place of a threshold. */
  readonly max_false_alarms?: string;
  /** Milliseconds between two chunks: long enough for snapshots to come between them. */
  readonly pace: number;
}

/** Each point of a round has another tag set; in the second half a field more comes with every third. */
class Load {
  readonly chunks: { readonly bytes: Buffer; readonly from: number; readonly points: number }[] = [];
  /** By round: the number of its first point; and behind them the number of all points. */
  readonly starts: number[] = [];
  readonly options: ChainOptions;
  readonly #padding: string;

  constructor(options: ChainOptions) {
    this.options = options;
    this.#padding = 'x'.repeat(options.padding);
    let from = 0;
    for (let round = 0; round < options.rounds; round++) {
      this.starts.push(from);
      const points = options.tagSets + round * options.growth;
      for (let n = 0; n < points; n += CHUNK) {
        const size = Math.min(CHUNK, points - n);
        const lines = Array.from({ length: size }, (_, i) => this.#line(n + i, round));
        this.chunks.push({ bytes: Buffer.from(lines.join('')), from: from + n, points: size });
      }
      from += points;
    }
    this.starts.push(from);
  }

  get points(): number {
    return this.starts.at(-1)!;
  }

  /** The numbers of its points with the field among the first `before`. */
  pointsOf(n: number, field: string, before: number): number[] {
    const { tagSets, growth, rounds } = this.options;
    const born = growth === 0 ? 0 : Math.ceil(Math.max(0, n + 1 - tagSets) / growth);
    const first = Math.max(born, field === 'late' ? Math.ceil(rounds / 2) : 0);
    const points = this.starts.slice(first, rounds).map((start) => start + n);
    return points.filter((point) => point < before);
  }

  timeOf(n: number, round: number): bigint {
    return (FIRST_SECOND + ROUND_SECONDS * BigInt(round)) * 1_000_000_000n + BigInt(n);
  }

  #line(n: number, round: number): string {
    const value = (field: number) => uniform(field, n, round).toFixed(6);
    const late = n % 3 === 0 && round >= this.options.rounds / 2 ? `,late=${value(3)}` : '';
    return `load,cell=c${n % 97},host=web-${n}${this.#padding} f0=${value(1)},f1=${value(2)}${late} ${this.timeOf(n, round)}\n`;
  }
}

/** Points of the stream, by their number, without the last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** What each row is after each round, in a process that nobody kills. */
class Reference {
  /** Bytes of memory that all of it takes. */
  bytes = 0;
  readonly #load: Load;
  /** By round, then by alias: the rows, one behind the other. */
  readonly #rows: Map<string, Buffer>[] = [];
  /** By name. */
  readonly #places = new Map<
    string,
    { alias: string; row: number; bytes: number; n: number; field: string }
  >();

  private constructor(load: Load) {
    this.#load = load;
  }

  static async of(load: Load, file: string): Promise<Reference> {
    const reference = new Reference(load);
    const { config } = await loadConfig(file, plugins);
    const hot = new Hot();
    const pipeline = new Pipeline(config!, testLog(), hot);
    for (const { bytes, from, points } of load.chunks) {
      await pipeline.process(bytes);
      if (!load.starts.includes(from + points)) continue;
      const rows = new Map<string, Buffer>();
      for (const { policy, state } of pipeline.watches) {
        const size = 8 * state.stride;
        const all = Buffer.alloc(size * state.rows);
        for (let row = 0; row < state.rows; row++) {
          const place = state.place(row);
          all.set(new Uint8Array(state.page(place).f64.buffer, 8 * state.at(place), size), row * size);
        }
        rows.set(policy.alias, all);
      }
      reference.#rows.push(rows);
    }
    reference.bytes = hot.bytes;
    // In the order in which they came, which is that of their numbers.
    for (let n = 0; n < hot.tagSets.size; n++) {
      for (let series = hot.table.first(n); series >= 0; series = hot.table.next(series)) {
        const field = hot.fieldKeys.bytes(hot.table.fieldKey(series)).toString();
        for (const { policy, state } of pipeline.watches) {
          const row = state.rowOf(series);
          if (row === NO_ROW) continue;
          const name = nameOf(policy.alias, hot.tagSets.bytes(n).toString(), field);
          reference.#places.set(name, { alias: policy.alias, row, bytes: 8 * state.stride, n, field });
        }
      }
    }
    return reference;
  }

  get rows(): number {
    return this.#places.size;
  }

  /**
   * What of it is not as it must be.
   * @param before so many points have been saved for certain
   * @param torn of these the judge's rows need not know
   */
  objections(kept: Kept, before: number, torn: readonly Span[]): string[] {
    const wrong = [...kept.wrong];
    for (const [name, row] of kept.rows) {
      if (judgedOf(name) !== undefined) continue;
      const place = this.#places.get(name);
      if (place === undefined) wrong.push(`${name} is no row of ours`);
      else if (row.some((byte) => byte !== 0)) {
        const round = this.#roundOf(row, place.n);
        const at = place.row * place.bytes;
        const expected = this.#rows[round]?.get(place.alias)?.subarray(at, at + place.bytes);
        if (!expected?.equals(row)) wrong.push(`${name} is not what it was in round ${round}`);
      }
    }
    for (const [name, { n, field }] of this.#places) {
      const last = this.#load.pointsOf(n, field, before).at(-1);
      if (last === undefined) continue;
      const least = this.#load.starts.indexOf(last - n);
      const row = kept.rows.get(name);
      const round = row === undefined ? -1 : this.#roundOf(row, n);
      if (round < least) wrong.push(`${name} is of round ${round}, and round ${least} was saved`);
    }
    return [...wrong, ...this.#judgedObjections(kept, before, torn)];
  }

  /** Rounds are all that tells what a judge's row may hold: since when, and how many scores. */
  #judgedObjections({ rows }: Kept, before: number, torn: readonly Span[]): string[] {
    const wrong: string[] = [];
    const { rounds } = this.#load.options;
    for (const [name, row] of rows) {
      const owner = judgedOf(name);
      if (owner === undefined) continue;
      const place = this.#places.get(owner);
      if (place === undefined) {
        wrong.push(`${name} is no row of ours`);
        continue;
      }
      // That of a fixed threshold knows when an open alarm began, and no more.
      if (row.length < 8 * (HEADER + BUDGET)) continue;
      const { n, field } = place;
      if (row.every((byte) => byte === 0)) {
        const known = this.#load
          .pointsOf(n, field, before)
          .some((point) => !torn.some(({ from, to }) => point >= from && point < to));
        if (known) wrong.push(`${name} is not there`);
        continue;
      }
      const birth = row.readDoubleLE(8 * (HEADER + BIRTH));
      const times = Array.from({ length: rounds }, (_, round) => Number(this.#load.timeOf(n, round)) / 1e9);
      if (!times.includes(birth)) wrong.push(`${name} begins at ${birth}, when its series has no value`);
      const floats = Array.from({ length: (row.length - 8 * HEADER) / 4 }, (_, i) =>
        row.readFloatLE(8 * HEADER + 4 * i),
      );
      const scores = floats[SCORES]!;
      if (!(scores >= 1 && scores <= MOST_SCORES * rounds))
        wrong.push(`${name} has learned ${scores} scores`);
      if (!floats.slice(FIRST_FLOAT, LAST_FLOAT).every(Number.isFinite)) wrong.push(`${name} is ${floats}`);
    }
    return wrong;
  }

  #roundOf(row: Buffer, n: number): number {
    const { time } = headerOf(row);
    const round = Number((time / 1_000_000_000n - FIRST_SECOND) / ROUND_SECONDS);
    return time === this.#load.timeOf(n, round) ? round : -1;
  }
}

/** The name of the detector's row beside which the judge's one lies; undefined if it is none. */
function judgedOf(name: string): string | undefined {
  return name.includes('/judge|') ? name.replace('/judge|', '|') : undefined;
}

/** Kills KILLS children, in as many chains as it takes, and looks at what they leave. */
export async function killAtRandom(t: Test, options: ChainOptions): Promise<void> {
  const timeout = 60_000 + 15_000 * KILLS;
  t.setTimeout(timeout);
  await t.test(`TELEGRAF_ANOMALY_SEED=${SEED}, ${KILLS} kills`, { timeout }, async (test) => {
    const load = new Load(options);
    const directory = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
    test.teardown(() => rmSync(directory, { recursive: true }));
    let reference: Reference | undefined;
    const kills: Kills = { done: 0, advanced: 0 };
    for (let chain = 0; kills.done < KILLS; chain++) {
      const path = join(directory, `${chain}`);
      const file = join(directory, `${chain}.toml`);
      writeFileSync(file, configOf(path, options));
      reference ??= await Reference.of(load, file);
      await runChain(test, path, { load, reference, file, options }, kills);
    }
    if (options.memory === LEAST_MEMORY)
      test.ok(reference!.bytes > 1.5 * 2 ** 20, `${reference!.bytes} bytes have no room in ${LEAST_MEMORY}`);
    // Else nothing would be demanded of what they leave.
    test.ok(kills.advanced > KILLS / 10, `${kills.advanced} were killed behind a snapshot of their own`);
  });
}

function configOf(path: string, options: ChainOptions): string {
  const { memory, sync, snapshot_interval, max_false_alarms } = options;
  const alarms =
    max_false_alarms === undefined ? 'threshold = 3' : `max_false_alarms = "${max_false_alarms}"`;
  return `
    [state]
      path = "${path}"
      memory = "${memory}"
      sync = ${sync}
      snapshot_interval = "${snapshot_interval}"
    [[detectors.zscore]]
      warmup = 5
      threshold = 3
      counter = "off"
    [[detectors.zscore]]
      alias = "by_time"
      memory = "1m"
      ${alarms}
      counter = "off"
      fieldinclude = ["f1", "late"]`;
}

interface Chain {
  readonly load: Load;
  readonly reference: Reference;
  readonly file: string;
  readonly options: ChainOptions;
}

interface Kills {
  done: number;
  /** Of those, when what is saved for certain was more than before. */
  advanced: number;
}

/** To the end of the stream, or until enough are killed and then to its end. */
async function runChain(test: Test, path: string, chain: Chain, kills: Kills): Promise<void> {
  const { load, reference } = chain;
  const place = join(path, 'store');
  mkdirSync(place, { recursive: true });
  await (await lmdb.open({ path: place, sync: false, readOnly: false })).close();
  // It looks on all the while, and so holds the list of readers open, in which the dead stand.
  const store = await lmdb.open({ path: place, sync: false, readOnly: true });
  const saved = new Saved(store);
  const torn: Span[] = [];
  for (let done = false; !done; ) {
    const last = kills.done === KILLS;
    const chance = (what: number) => uniform(SEED + kills.done, 0, what);
    const way = last ? 'after its points' : wayOf(chance(1));
    // From what was saved for certain, or a few chunks before it.
    const safe = load.chunks.findLastIndex(({ from }) => from <= saved.points);
    const from = Math.max(0, safe - Math.floor(10 * chance(2)));
    const name = last ? 'the rest of the stream' : `kill ${kills.done + 1} ${way}, from ${saved.points}`;
    await test.test(name, async (t) => {
      const fed = await feed(t, chain, from);
      const { child } = fed;
      saved.begin();
      const before = saved.points;
      if (way === 'at its start') await delay(START * chance(3));
      else {
        await child.until('the first points are out', () => fed.points > 0);
        const look = async (enough: () => boolean) => {
          while (child.alive && !fed.finished && !enough()) {
            await saved.look(load.chunks[from]!.from + fed.points);
            await delay(LOOK_EVERY);
          }
        };
        // Many shall have finished a snapshot, however busy the machine is.
        if (chance(4) < SETTLED) await look(() => saved.points > before);
        const end = last ? Number.POSITIVE_INFINITY : performance.now() + LIFE * chance(3);
        await look(() => performance.now() >= end);
        done = fed.finished;
        if (way === 'at its end' || done) fed.close();
        if (way === 'at its end' && !done) await delay(FAREWELL * chance(3));
      }
      if (done) {
        t.equal((await child.exit()).code, 0);
        saved.points = load.points;
      } else {
        kills.done++;
        if (saved.points > before) kills.advanced++;
        child.kill('SIGKILL');
        t.equal((await child.exit()).signal, 'SIGKILL');
        torn.push({ from: saved.points, to: load.chunks[from]!.from + fed.given });
      }
      t.strictSame([...child.logged('E! '), ...child.logged('W! ')], []);
      const kept = await readKept(store);
      const wrong = kept === undefined ? [] : reference.objections(kept, saved.points, torn);
      t.strictSame(wrong.slice(0, 5), [], `${wrong.length} objections; ${saved.points} points were saved`);
      t.ok(kept !== undefined || saved.points === 0);
      if (done) t.equal(kept?.rows.size, 2 * reference.rows, 'each with the row of its judge');
    });
  }
  await store.close();
}

function wayOf(chance: number): 'at its start' | 'after its points' | 'at its end' {
  return chance < 0.15 ? 'at its start' : chance < 0.85 ? 'after its points' : 'at its end';
}

interface Fed {
  readonly child: Child;
  /** So many were written to it, or are being written. */
  readonly given: number;
  /** So many are out. */
  readonly points: number;
  /** All are. */
  readonly finished: boolean;
  /** Ends stdin, behind what is in the pipe. */
  close(): void;
}

/** A child that gets the chunks from this one on, one after the other. */
async function feed(t: Test, { file, load, options }: Chain, first: number): Promise<Fed> {
  const { chunks, points } = load;
  let given = 0;
  let out = 0;
  let stopped = false;
  const receive = (chunk: Buffer) => {
    for (const byte of chunk) if (byte === NEWLINE) out++;
  };
  const child = await Child.start(t, { arguments: ['--config', file], receive });
  const feeding = (async () => {
    for (const { bytes, points } of chunks.slice(first)) {
      if (stopped) return;
      given += points;
      await child.write(bytes);
      await delay(options.pace);
    }
  })();
  // It ends with the child.
  feeding.catch(() => {});
  return {
    child,
    get given() {
      return given;
    },
    get points() {
      return out;
    },
    get finished() {
      return out === points - chunks[first]!.from;
    },
    close: () => {
      stopped = true;
      void child.end();
    },
  };
}

/** How many points of the stream a finished snapshot has for certain. */
class Saved {
  points = 0;
  readonly #store: Store;
  /** What was out when; until a snapshot that began later is done. */
  #out: { readonly at: number; readonly points: number }[] = [];
  #savedAt = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What another child had let out and not saved is lost. */
  begin(): void {
    this.#out = [];
  }

  /** @param points are out by now, so they have been learned or were known before */
  async look(points: number): Promise<void> {
    this.#out.push({ at: Date.now(), points });
    const { savedAt = 0 } = (await readCatalog(this.#store)) ?? {};
    if (savedAt === this.#savedAt) return;
    // A snapshot is done, and it began after the one before it was.
    const before = this.#out.filter(({ at }) => at < this.#savedAt);
    this.points = Math.max(this.points, before.at(-1)?.points ?? 0);
    this.#out = this.#out.slice(before.length);
    this.#savedAt = savedAt;
  }
}
