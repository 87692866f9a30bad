/** What preparing values costs, on the whole road but for the pipes: beside the same road without it. */
import { plugins } from '../plugins/all.ts';
import { loadConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { Pipeline } from '../src/pipeline.ts';
import type { Policy } from '../src/policy.ts';
import { interleave, median, quick } from './support/measure.ts';
import { type Cell, digits, heading, table } from './support/report.ts';

const FIELDS = 2;
const LINES_PER_CHUNK = 500;
const SERIES = [20_000, quick ? 200_000 : 1_000_000];
const TURNS = quick ? 3 : 7;
/** Rounds before the first measured one: all is decided by then. */
const FIRST_ROUNDS = 130;
/** Values in one turn, at least. */
const VALUES = 1_000_000;

const candidates: Record<string, { policy: Partial<Policy>; counters: boolean }> = {
  'nothing (`counter = "off"`)': { policy: { counter: 'off' }, counters: false },
  'the default, no field a counter': { policy: {}, counters: false },
  'nothing, counters': { policy: { counter: 'off' }, counters: true },
  'the default, every field a counter': { policy: {}, counters: true },
  '`"non_negative_derivative"`': { policy: { prepare: 'non_negative_derivative' }, counters: true },
  '`"log"`': { policy: { prepare: 'log' }, counters: true },
};

/** Whole numbers of seven digits; those that are no counters go up and down. */
function chunk(first: number, round: number, counters: boolean): Buffer {
  const lines = Array.from({ length: LINES_PER_CHUNK }, (_, i) => {
    const wave = counters ? 0 : 2 * (round % 2);
    const value = 1_000_000 + 3 * round - 3 * wave;
    return `net,host=web-${String(first + i).padStart(7, '0')},interface=eth0 recv=${value}i,sent=${value + 7}i ${1_700_000_000 + 10 * round}000000000\n`;
  });
  return Buffer.from(lines.join(''));
}

class Road {
  readonly #pipeline: Pipeline;
  readonly #tagSets: number;
  readonly #counters: boolean;
  #round = 0;

  constructor(pipeline: Pipeline, tagSets: number, counters: boolean) {
    this.#pipeline = pipeline;
    this.#tagSets = tagSets;
    this.#counters = counters;
  }

  /** Nanoseconds a value. */
  run(rounds: number): number {
    let taken = 0;
    for (let i = 0; i < rounds; i++, this.#round++) {
      for (let first = 0; first < this.#tagSets; first += LINES_PER_CHUNK) {
        const bytes = chunk(first, this.#round, this.#counters);
        const start = performance.now();
        void this.#pipeline.process(bytes);
        taken += performance.now() - start;
      }
    }
    return (taken * 1e6) / (rounds * this.#tagSets * FIELDS);
  }

  get bytes(): number {
    const { prepared } = this.#pipeline.watches[0]!;
    return prepared === undefined ? 0 : prepared.state.hotPages * 4114 + prepared.state.bytesOfColumns;
  }
}

heading(
  'Preparing',
  'The whole road with a z-score, without pipes: nanoseconds a value, of two fields to a point, by what is prepared.',
);
const { config } = await loadConfig(undefined, plugins);
const rows: Record<string, Cell[]> = Object.fromEntries(
  Object.keys(candidates).map((name) => [name, [name]]),
);
for (const series of SERIES) {
  const tagSets = series / FIELDS;
  for (const pair of [Object.entries(candidates).slice(0, 2), Object.entries(candidates).slice(2)]) {
    const roads = Object.fromEntries(
      pair.map(([name, { policy, counters }]) => {
        const [detector] = config!.detectors;
        const detectors = [{ ...detector!, policy: { ...detector!.policy, ...policy } }];
        const road = new Road(new Pipeline({ ...config!, detectors }, createLog('error')), tagSets, counters);
        road.run(FIRST_ROUNDS);
        return [name, road];
      }),
    );
    const turns = Math.max(1, Math.ceil(VALUES / series));
    const taken = await interleave(
      TURNS,
      Object.fromEntries(Object.entries(roads).map(([name, road]) => [name, () => road.run(turns)])),
    );
    for (const [name, nanoseconds] of Object.entries(taken))
      rows[name]!.push(median(nanoseconds), roads[name]!.bytes / series);
  }
}
table(
  ['prepared', ...SERIES.flatMap((series) => [`${digits(series)} series, ns`, 'bytes each'])],
  Object.values(rows),
);
