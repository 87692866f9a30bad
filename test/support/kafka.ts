/** A real Kafka of one broker for a test, and a producer to it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, Kafka as Client, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Test } from 'tap';
import { freePort, Server } from './server.ts';

/** For a short life: little compiling, one thread to collect garbage. */
const JAVA = [
  '-Xmx384m',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];
const CLUSTER = 'telegrafAnomalyTests0w';

export class Kafka {
  /** As clients want it: host and port. */
  readonly address: string;
  readonly #server: Server;
  readonly #admin: Admin;
  readonly #producer: Producer;

  private constructor(t: Test, jars: string) {
    const directory = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-kafka-'));
    const [port, controller] = [freePort(), freePort()];
    this.address = `127.0.0.1:${port}`;
    // A teardown that is registered first runs last.
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'server.properties'), properties(directory, port, controller));
    const java = (...command: string[]) => ['java', ...JAVA, '-cp', `${jars}/*`, ...command];
    const [program, ...format] = java('kafka.tools.StorageTool', 'format', '-t', CLUSTER);
    execFileSync(program!, [...format, '-c', 'server.properties'], { cwd: directory, stdio: 'pipe' });

    const client = new Client({
      brokers: [this.address],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, retries: 60, maxRetryTime: 1000 },
    });
    // That the broker has a topic and that it knows of it are two moments.
    this.#admin = client.admin();
    const asker = client.admin({ retry: { retries: 0 } });
    // One request at a time, so that the points stay in order.
    this.#producer = client.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
    });
    this.#server = new Server(t, {
      name: 'kafka',
      command: java('kafka.Kafka', 'server.properties'),
      directory,
      ports: [port, controller],
      ready: async () => {
        try {
          await asker.connect();
          await asker.listTopics();
        } finally {
          await asker.disconnect();
        }
        return true;
      },
    });
    t.teardown(async () => {
      await this.#producer.disconnect();
      await this.#admin.disconnect();
    });
  }

  /** Starts it, with the jars that scripts/get-kafka.sh got. The test's end kills it. */
  static async start(t: Test, jars: string): Promise<Kafka> {
    const kafka = new Kafka(t, jars);
    await kafka.#server.start();
    await kafka.#admin.connect();
    await kafka.#producer.connect();
    return kafka;
  }

  /** Of one partition: its messages come in the order in which they were produced. */
  async createTopic(topic: string): Promise<void> {
    await this.#admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  }

  /** Resolves when the broker has the messages. */
  async produce(topic: string, messages: readonly string[]): Promise<void> {
    await this.#producer.send({ topic, messages: messages.map((value) => ({ value })) });
  }

  /** Ends it as an administrator does; what it has is there again after `restart`. */
  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async restart(): Promise<void> {
    await this.#server.start();
  }
}

function properties(directory: string, port: number, controller: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${directory}/data
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=2097152
`;
}
