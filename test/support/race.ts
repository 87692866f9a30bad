/**
 * One stream of numbered points from Kafka through two Telegrafs into two buckets of InfluxDB, `cat` in one and the
 * built program in the other, and something that happens to both at once. Then it is counted what has become of the
 * points in each.
 */
import { existsSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import {
  type ChainParts,
  everythingIn,
  influxdbOutput,
  kafkaInput,
  type Servers,
  sentValues,
  storedValue,
  until,
} from './chain.ts';
import { splitPoints, withoutAnnotation } from './line-protocol.ts';
import { loadPoint } from './load.ts';
import { PROGRAM, Telegraf } from './telegraf.ts';
import { AGENT, ANOMALY_TOML, execd, OUTPUT, SKIP_AGGREGATES } from './telegraf-once.ts';

export const POINTS_A_SECOND = 4000;
const POINTS_A_MESSAGE = 10;
const MESSAGES_A_REQUEST = 1000;
const TICK_MILLISECONDS = 20;
/** How many points pass before something happens, and how many do after it. */
export const STRETCH = 8000;
const POINT_BYTES = loadPoint(10_000).length + 1;
const MARKER_MILLISECONDS = 1000;
const TAGS = ['anomaly', 'anomaly_detector'];

/** The sequence grows evenly, and would be taken for a counter. */
const NO_COUNTERS = `${ANOMALY_TOML}  counter = "off"\n`;

export interface Outcome {
  /** Points that are not in InfluxDB. */
  readonly lost: number;
  /** Values in InfluxDB that nobody has sent. */
  readonly wrong: number;
  /** Points that were given to the outputs once more. In InfluxDB the second is written over the first. */
  readonly doubled: number;
}

export interface RaceSetup {
  readonly metricBufferLimit?: number;
  readonly restartDelay?: string;
  /** In place of the built program. */
  readonly child?: readonly string[];
  /** Points that wait in Kafka at the start, to be read as fast as they go. */
  readonly backlog?: number;
}

/** The stream: points 0, 1, 2, … at an even rate, each of them sent once. */
class Source {
  produced = 0;
  /** Of all that was produced, a line each. */
  bytes = 0;
  readonly #servers: Servers;
  readonly #topic: string;
  #running = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(servers: Servers, topic: string) {
    [this.#servers, this.#topic] = [servers, topic];
  }

  run(): void {
    this.#running = true;
    this.#loop = this.#produce();
    // Who pauses hears of it.
    this.#loop.catch(() => {});
  }

  /** Resolves when the broker has all that was produced. */
  async pause(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  /** Sends points until that many are sent, as fast as they go. */
  async sendTo(goal: number): Promise<void> {
    const messages: string[] = [];
    for (; this.produced + POINTS_A_MESSAGE <= goal; this.produced += POINTS_A_MESSAGE) {
      const lines = Array.from({ length: POINTS_A_MESSAGE }, (_, at) => loadPoint(this.produced + at));
      const message = lines.join('\n');
      messages.push(message);
      this.bytes += message.length + 1;
    }
    for (let from = 0; from < messages.length; from += MESSAGES_A_REQUEST) {
      await this.#servers.kafka.produce(this.#topic, messages.slice(from, from + MESSAGES_A_REQUEST));
    }
  }

  async #produce(): Promise<void> {
    const [begin, first] = [performance.now(), this.produced];
    while (this.#running) {
      await this.sendTo(first + Math.floor(((performance.now() - begin) / 1000) * POINTS_A_SECOND));
      await delay(TICK_MILLISECONDS);
    }
  }
}

/** A Telegraf that reads the stream into a bucket of its own, and what it gives to its outputs into a file too. */
export class Lane {
  readonly name: string;
  readonly command: readonly string[];
  readonly #start: (directory?: string) => Telegraf;
  #telegraf: Telegraf;

  constructor(name: string, command: readonly string[], start: (directory?: string) => Telegraf) {
    [this.name, this.command, this.#start] = [name, command, start];
    this.#telegraf = start();
  }

  get telegraf(): Telegraf {
    return this.#telegraf;
  }

  /** Another Telegraf in the place of one that has ended. */
  restart(): void {
    this.#telegraf = this.#start(this.#telegraf.directory);
  }

  get child(): number | undefined {
    return this.#telegraf.children(this.command.join(' '))[0]?.pid;
  }

  /** Bytes of the points that were given to the outputs by now. */
  get bytes(): number {
    const file = `${this.#telegraf.directory}/out.influx`;
    return existsSync(file) ? statSync(file).size : 0;
  }
}

export class Race {
  readonly lanes: readonly Lane[];
  readonly source: Source;
  readonly #servers: Servers;
  readonly #name: string;

  private constructor(
    t: Test,
    parts: ChainParts,
    servers: Servers,
    name: string,
    setup: RaceSetup,
    source: Source,
  ) {
    [this.#servers, this.#name, this.source] = [servers, name, source];
    t.teardown(() => this.source.pause());
    const { metricBufferLimit = 1_000_000, restartDelay = '0s', child = PROGRAM } = setup;
    const agent = AGENT.replace(/metric_buffer_limit = \d+/, `metric_buffer_limit = ${metricBufferLimit}`);
    const folders = t.testdir({ cat: {}, ours: {} });
    const lane = (kind: string, command: readonly string[]) => {
      const processor = execd(command).replace('restart_delay = "0s"', `restart_delay = "${restartDelay}"`);
      const group = `${name}-${kind}`;
      const input = kafkaInput(servers, name, group);
      const config = agent + SKIP_AGGREGATES + input + processor + OUTPUT + influxdbOutput(servers, group);
      return new Lane(kind, command, (directory = `${folders}/${kind}`) => {
        const files = { 'anomaly.toml': `[state]\n  path = "state"\n${NO_COUNTERS}` };
        return new Telegraf(t, parts.telegraf.path, { config, files, directory });
      });
    };
    this.lanes = [lane('cat', ['cat']), lane('ours', child)];
  }

  /**
   * Starts the stream, and waits until some of it has passed; with a backlog that is all there is, and nobody waits.
   * @param name also of the topic
   */
  static async start(t: Test, parts: ChainParts, servers: Servers, name: string, setup: RaceSetup = {}) {
    await servers.kafka.createTopic(name);
    for (const kind of ['cat', 'ours']) await servers.influxdb.createBucket(`${name}-${kind}`);
    const { backlog = 0 } = setup;
    const source = new Source(servers, name);
    await source.sendTo(backlog);
    const race = new Race(t, parts, servers, name, setup, source);
    if (backlog > 0) return race;
    source.run();
    // First there is much to catch up with, faster than the stream: a fault in that would cost as much more.
    const late = (POINTS_A_SECOND / 2) * POINT_BYTES;
    for (const lane of race.lanes)
      await lane.telegraf.until('it is up to date', () => lane.bytes + late > race.source.bytes);
    await race.pass();
    return race;
  }

  /** Waits until that many points more have come out of each. */
  async pass(points = STRETCH): Promise<void> {
    for (const lane of this.lanes) {
      const goal = lane.bytes + points * POINT_BYTES;
      await lane.telegraf.until(`${points} points more have passed`, () => lane.bytes >= goal);
    }
  }

  /** Waits until the source has sent that many points more. */
  async send(points: number): Promise<void> {
    const goal = this.source.produced + points;
    await until(`${points} points more are sent`, async () => this.source.produced >= goal);
  }

  /** Ends the stream, waits until all that will come is in InfluxDB, and counts. */
  async finish(): Promise<Outcome[]> {
    await this.source.pause();
    const { kafka, influxdb } = this.#servers;
    const isEnd = '|> filter(fn: (r) => r._measurement == "end") |> count()';
    for (const { name } of this.lanes) {
      // Points keep their order, so that what is not there when one behind them is will never be.
      let markers = 0;
      let last = 0;
      await until(`the end of the stream is in the bucket of ${name}`, async () => {
        if (performance.now() > last + MARKER_MILLISECONDS) {
          await kafka.produce(this.#name, [`end number=${++markers} 1767225600000000000`]);
          last = performance.now();
        }
        return (await influxdb.query(`${everythingIn(`${this.#name}-${name}`)} ${isEnd}`)).length > 0;
      });
    }
    const outcomes: Outcome[] = [];
    for (const lane of this.lanes) {
      lane.telegraf.signal('SIGTERM');
      await lane.telegraf.end();
      outcomes.push(await this.#count(lane));
    }
    return outcomes;
  }

  async #count({ name, telegraf }: Lane): Promise<Outcome> {
    const rows = await this.#servers.influxdb.query(
      `${everythingIn(`${this.#name}-${name}`)} |> filter(fn: (r) => r._measurement != "end" and r._field !~ /^anomaly/)`,
    );
    const stored = new Set(rows.map((row) => storedValue(row, TAGS)));
    let lost = 0;
    let found = 0;
    for (let sequence = 0; sequence < this.source.produced; sequence++) {
      const there = sentValues(loadPoint(sequence)).map((value) => stored.has(value));
      if (there.includes(false)) lost++;
      found += there.filter(Boolean).length;
    }
    const given = splitPoints(telegraf.output()).filter((line) => line.startsWith('load,'));
    const doubled = given.length - new Set(given.map(withoutAnnotation)).size;
    return { lost, wrong: stored.size - found, doubled };
  }
}

/** The line of a table for the outcomes. */
export function tableLine(what: string, race: Race, outcomes: readonly Outcome[]): string {
  const cells = outcomes.map(({ lost, wrong, doubled }) => `${lost} / ${wrong} / ${doubled}`);
  return `| ${what} | ${race.source.produced} | ${cells.join(' | ')} |`;
}
