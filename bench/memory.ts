/** What a tag set costs in memory, all in: the process beside its own start. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { plugins } from '../plugins/all.ts';
import { loadConfig } from '../src/config.ts';
import { hashBytes } from '../src/hash.ts';
import { createLog } from '../src/log.ts';
import { Pipeline } from '../src/pipeline.ts';
import { Dictionary } from '../src/state/dictionary.ts';
import { Frames } from '../src/state/frames.ts';
import { SeriesTable } from '../src/state/series.ts';
import { State } from '../src/state/state.ts';
import { ZSCORE_CONFIG } from './support/child.ts';
import { plain } from './support/lines.ts';
import { quick } from './support/measure.ts';
import { digits, heading, note, table } from './support/report.ts';

const TAG_SETS = quick ? 200_000 : 1_000_000;
const FIELDS = 2;
const LINES_PER_CHUNK = 500;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function resident(): number {
  collect();
  return process.memoryUsage.rss();
}

/** Bytes in typed arrays that `fill` adds and keeps. */
function bytesOf(fill: () => object): number {
  const before = arrayBytes();
  const kept = new Set([fill()]);
  const bytes = arrayBytes() - before;
  kept.clear();
  return bytes;
}

/** Of all typed arrays, when those that nobody holds are gone. The collector frees them a little later, in a thread. */
function arrayBytes(): number {
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

async function pipeline(): Promise<Pipeline> {
  const { config } = await loadConfig(ZSCORE_CONFIG, plugins);
  return new Pipeline(config!, createLog('error'));
}

/** So many points of each tag set. */
function feed(road: Pipeline, tagSets: number, rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    for (let first = 0; first < tagSets; first += LINES_PER_CHUNK) {
      const lines = Array.from({ length: LINES_PER_CHUNK }, (_, i) => `${plain(first + i, round)}\n`);
      void road.process(Buffer.from(lines.join('')));
    }
  }
}

function tagSets(): Dictionary {
  const dictionary = new Dictionary(new Frames());
  const padded = Buffer.alloc(256);
  const view = new DataView(padded.buffer, padded.byteOffset, padded.length);
  for (let i = 0; i < TAG_SETS; i++) {
    const length = padded.write(plain(i, 0).split(' ')[0]!);
    dictionary.add(view, 0, length, hashBytes(view, 0, length));
  }
  return dictionary;
}

function series(): SeriesTable {
  const columns = new SeriesTable();
  for (let tagSet = 0; tagSet < TAG_SETS; tagSet++) {
    columns.enter(tagSet, true);
    for (let field = 0; field < FIELDS; field++) columns.add(tagSet, field, false);
  }
  return columns;
}

function rows(width: number): State {
  const state = new State(new Frames(), width);
  for (let id = 0; id < TAG_SETS * FIELDS; id++) state.add(id);
  for (let page = 0; page < state.pages; page++) state.enter(page);
  return state;
}

heading(
  'Memory',
  `${digits(TAG_SETS)} tag sets of ${FIELDS} fields, both watched by a z-score: ${digits(TAG_SETS * FIELDS)} series.`,
);
// The program warms up on a road of its own, so that code and buffers count for the start and not for the series.
feed(await pipeline(), 10_000, 2);
const road = await pipeline();
const { width } = road.watches[0]!.instance;
const before = resident();
feed(road, TAG_SETS, 2);
const settled = resident();
const peak = process.resourceUsage().maxRSS * 1024;
if (road.counts.values !== TAG_SETS * FIELDS * 2) throw new Error(`${road.counts.values} values scored`);

// Last, since what they leave free would count for nothing in what the road takes.
const tables = [tagSets, series, () => rows(width)].map(bytesOf);
const perTagSet = (bytes: number) => bytes / TAG_SETS;
const keyBytes = plain(TAG_SETS - 1, 0).indexOf(' ');
table(
  ['', 'bytes a tag set'],
  [
    ['all in: resident memory, beyond that at the start', perTagSet(settled - before)],
    ['the same at its peak, while a table grows', perTagSet(peak - before)],
    [`dictionary of tag sets, keys of ${keyBytes} bytes included`, perTagSet(tables[0]!)],
    ['table of series', perTagSet(tables[1]!)],
    [`rows of the detector, ${width} + 2 float64 a series, and their index`, perTagSet(tables[2]!)],
  ],
);
note(`At the start the process has ${digits(before / 2 ** 20)} MiB.`);
