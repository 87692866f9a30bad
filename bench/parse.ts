/** Parsing alone, beside the only parser of line protocol among the packages of npm that has users. */
import other from 'influx-line-protocol-parser';
import { Batch } from '../src/batch.ts';
import { parse } from '../src/parse.ts';
import { Reader } from '../src/read.ts';
import { cpu, escaped, linesOf, mem, plain } from './support/lines.ts';
import { interleave, median, nanosecondsPerCall, quick } from './support/measure.ts';
import { type Cell, heading, table } from './support/report.ts';

/** A pipe gives this much at a time. */
const CHUNK_BYTES = 64 << 10;
const ROUNDS = quick ? 3 : 9;
const MILLISECONDS = quick ? 50 : 150;

const kinds = {
  'three tags, two floats': plain,
  'Telegraf cpu: 10 floats, up to 17 digits': cpu,
  'Telegraf mem: 28 integers, 2 floats': mem,
  'escapes, a string, a boolean': escaped,
};

heading(
  'Parsing',
  'One chunk of 64 KiB into columns, beside influx-line-protocol-parser, which gets the same lines already split.',
);
const rows: Cell[][] = [];
for (const [kind, make] of Object.entries(kinds)) {
  const lines = linesOf(make, CHUNK_BYTES);
  const chunk = Buffer.from(`${lines.join('\n')}\n`);
  const reader = new Reader();
  const batch = new Batch();
  const ours = () => {
    const block = reader.add(chunk);
    parse(batch, block);
    reader.consume(batch.end);
  };
  const theirs = () => {
    for (const line of lines) other(line);
  };
  const { own, peer } = await interleave(ROUNDS, {
    own: () => nanosecondsPerCall(ours, MILLISECONDS) / lines.length,
    peer: () => nanosecondsPerCall(theirs, MILLISECONDS) / lines.length,
  });
  if (batch.lines !== lines.length) throw new Error(`${batch.lines} of ${lines.length} lines read: ${kind}`);
  const ratio = median(own.map((nanoseconds, round) => peer[round]! / nanoseconds));
  const bytes = chunk.length / lines.length;
  rows.push([
    kind,
    bytes,
    median(own),
    1e9 / median(own),
    (bytes * 1e3) / median(own),
    1e9 / median(peer),
    ratio,
  ]);
}
table(['lines', 'bytes', 'ns a line', 'lines/s', 'MB/s', 'the package, lines/s', 'ratio'], rows);
