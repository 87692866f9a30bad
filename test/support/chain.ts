/**
 * The chain that the program is made for, of real parts: Kafka, Telegraf with a child, InfluxDB. What goes in and
 * what is found at the end is compared value by value, as text, so that no digit is lost on the way.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { InfluxDB, type Row } from './influxdb.ts';
import { Kafka } from './kafka.ts';
import { parsePoint } from './line-protocol.ts';
import { influxdbPart, kafkaPart, type Part, telegrafPart } from './parts.ts';

/** For a file of these tests, which takes a minute or two on an idle machine; the runner allows 1000 seconds. */
export const CHAIN_MILLISECONDS = 960_000;
/** Far beyond what any step takes, so that only a hang meets it. */
const DEADLINE_MILLISECONDS = 180_000;
const POLL_MILLISECONDS = 100;

export interface ChainParts {
  readonly telegraf: Part;
  readonly kafka: Part;
  readonly influxdb: Part;
  /** What the chain's tests take as options: the first part that is missing skips them. */
  readonly options: Part['options'];
}

export interface Servers {
  readonly kafka: Kafka;
  readonly influxdb: InfluxDB;
}

/** The three of them, as telegrafPart gives one. */
export function chainParts(): ChainParts {
  const [telegraf, kafka, influxdb] = [telegrafPart(), kafkaPart(), influxdbPart()];
  const missing = [telegraf, kafka, influxdb].find(({ options }) => options.skip !== undefined);
  return { telegraf, kafka, influxdb, options: missing?.options ?? {} };
}

/** A broker and a database with a bucket called `bucket`, until the test ends. */
export async function startServers(t: Test, parts: ChainParts): Promise<Servers> {
  const kafka = await Kafka.start(t, parts.kafka.path);
  return { kafka, influxdb: await InfluxDB.start(t, parts.influxdb.path) };
}

/** The input that reads a topic of line protocol from its begin, or from where its group was. */
export function kafkaInput({ kafka }: Servers, topic: string, group: string): string {
  return `[[inputs.kafka_consumer]]
  brokers = ["${kafka.address}"]
  topics = ["${topic}"]
  consumer_group = "${group}"
  offset = "oldest"
  kafka_version = "2.8.0"
  data_format = "influx"
`;
}

export function influxdbOutput({ influxdb }: Servers, bucket: string): string {
  return `[[outputs.influxdb_v2]]
  urls = ["${influxdb.url}"]
  token = "${influxdb.token}"
  organization = "${influxdb.organization}"
  bucket = "${bucket}"
  influx_uint_support = true
`;
}

/** All that a bucket holds, whatever its time: a cut line may be stamped 1970. */
export function everythingIn(bucket: string): string {
  return `from(bucket: "${bucket}") |> range(start: 1677-09-22T00:00:00Z, stop: 2262-04-11T00:00:00Z)`;
}

/** Each field of a point of line protocol, as `storedValue` writes what InfluxDB answers. */
export function sentValues(line: string): string[] {
  const { name, tags, fields, time } = parsePoint(line);
  const series = [
    unescaped(name),
    ...tags.map(([key, value]) => `${unescaped(key)}=${unescaped(value)}`).sort(),
  ];
  return fields.map(([key, text]) => JSON.stringify([series, unescaped(key), ...sentValue(text), time]));
}

function sentValue(text: string): [type: string, value: string] {
  if (text.startsWith('"')) return ['string', text.slice(1, -1).replace(/\\(["\\])/g, '$1')];
  if (/^[tf]/i.test(text)) return ['boolean', String(/^t/i.test(text))];
  if (text.endsWith('i')) return ['long', text.slice(0, -1)];
  if (text.endsWith('u')) return ['unsignedLong', text.slice(0, -1)];
  return ['double', String(Number(text))];
}

function unescaped(name: string): string {
  return name.replace(/\\([,= ])/g, '$1');
}

/** Names that are InfluxDB's and no tags. */
const COLUMNS = new Set(['result', 'table', '_start', '_stop', '_time', '_value', '_field', '_measurement']);

/** A row of a bucket as one text: series, field, type, value and nanoseconds. `without` names tags to leave out. */
export function storedValue(row: Row, without: readonly string[] = []): string {
  const type = row['#_value'] ?? '';
  const tags = Object.entries(row).filter(
    ([key, value]) => !COLUMNS.has(key) && key !== '#_value' && value !== '' && !without.includes(key),
  );
  const series = [row._measurement, ...tags.map(([key, value]) => `${key}=${value}`).sort()];
  const value = type === 'double' ? String(Number(row._value)) : row._value;
  return JSON.stringify([series, row._field, type, value, String(nanosecondsOf(row._time ?? ''))]);
}

/** Of a time as InfluxDB writes it, `2026-01-01T00:00:00.000000001Z`. */
export function nanosecondsOf(time: string): bigint {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Waits until `found` answers something true, and answers that. Throws when it never does; an exception is a no. */
export async function until<T>(
  what: string,
  found: () => Promise<T | undefined | false | 0 | ''>,
): Promise<T> {
  const deadline = performance.now() + DEADLINE_MILLISECONDS;
  for (let last: unknown; ; await delay(POLL_MILLISECONDS)) {
    try {
      const value = await found();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`${DEADLINE_MILLISECONDS / 1000} s passed before ${what}`, { cause: last });
  }
}
