/** `import`: csv becomes line protocol on stdout, or points in InfluxDB 2. */
import { BadRows } from '../csv/bad-rows.ts';
import { type CsvArguments, readCsvOptions } from '../csv/options.ts';
import { csvPoints } from '../csv.ts';
import { type Connection, type ConnectionOptions, readConnection } from '../influxdb/connection.ts';
import { InfluxWriter } from '../influxdb/write.ts';
import { durationText, grouped, Pace, Progress } from '../progress.ts';
import { Refusal } from '../refusal.ts';
import { Source, shareOf } from '../source.ts';
import { Writer } from '../write.ts';
import { Stop, until } from './stopping.ts';

export interface ImportArguments extends CsvArguments, ConnectionOptions {
  readonly files: readonly string[];
}

/** Where points go. */
interface Target {
  write(points: readonly string[]): Promise<void> | undefined;
  /** Resolves when all of them are there. */
  close(): Promise<void>;
  /** At the end, in words: what became of them. */
  said(): string;
}

/** Answers the exit code: 0, 1 where rows are bad and not one is a point, or that of the signal that ended it. Throws a Refusal. */
export async function importCsv(given: ImportArguments): Promise<number> {
  const progress = new Progress();
  const say = (line: string) => progress.say(line);
  const options = readCsvOptions(given);
  const sources = given.files.map((file) => new Source(file));
  const { url, org, bucket, tokenFile, token } = given;
  const toInflux = [url, org, bucket, tokenFile, token].some((option) => option !== undefined);
  const stop = new Stop((name) => say(`stopping by ${name}; a second one ends it at once`));
  const target = toInflux ? influxdb(readConnection(given), stop.signal, say) : lineProtocol();
  const badRows = new BadRows(say);
  const pace = new Pace('points');
  let points = 0;
  const text = () => pace.text(points, shareOf(sources));
  try {
    for (const source of sources) {
      for await (const portion of until(csvPoints(source, options, badRows.add), stop.signal)) {
        points += portion.length;
        const waiting = target.write(portion);
        if (waiting !== undefined) await waiting;
        progress.show(text);
      }
      if (stop.signal.aborted) break;
    }
    await target.close();
  } catch (error) {
    // A batch is not tried again after the signal, and that is no fault of the server.
    if (stop.by === undefined || !(error instanceof Refusal)) throw error;
    say(`${error.code}: ${error.message}`);
  } finally {
    badRows.tell();
    const stopped = stop.by === undefined ? '' : `IMPORT_STOPPED: by ${stop.by}; `;
    say(`${stopped}imported ${pace.text(points)}${target.said()}`);
  }
  if (stop.signal.aborted || badRows.count === 0 || points > 0) return stop.code;
  say(
    `IMPORT_NO_POINT: not one of ${grouped(badRows.count)} rows is a point; are the columns and the delimiter right?`,
  );
  return 1;
}

function lineProtocol(): Target {
  const writer = new Writer(process.stdout);
  return {
    write: (points) => (points.length > 0 ? writer.write(Buffer.from(`${points.join('\n')}\n`)) : undefined),
    close: async () => {},
    said: () => '',
  };
}

function influxdb(connection: Connection, signal: AbortSignal, say: (line: string) => void): Target {
  const onRetry = (reason: string, delay: number) =>
    say(`INFLUXDB_RETRY: ${reason}; the batch is tried again in ${durationText(delay / 1000)}`);
  const writer = new InfluxWriter(connection, { signal, onRetry });
  return {
    write: (points) => writer.write(points),
    close: () => writer.close(),
    said: () => `: ${grouped(writer.acknowledged)} acknowledged by InfluxDB, bucket ${connection.bucket}`,
  };
}
