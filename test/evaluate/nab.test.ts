import fc from 'fast-check';
import t, { type Test } from 'tap';
import { readCorpus } from '../../src/evaluate/corpus.ts';
import { Curve } from '../../src/evaluate/curve.ts';
import { Ground } from '../../src/evaluate/ground.ts';
import {
  gainOf,
  PROFILES,
  type ProfileName,
  probationOf,
  scoreOf,
  Tally,
  Worth,
} from '../../src/evaluate/nab.ts';
import { readStored } from '../../src/evaluate/stored.ts';
import { windowsOf } from '../support/arbitrary-scores.ts';

const sigmoid = (position: number) => 2 / (1 + Math.exp(5 * position)) - 1;
const near = (t: Test, found: number, wanted: number, what: string) =>
  t.ok(Math.abs(found - wanted) < 1e-9, `${what}: ${found}, not ${wanted}`);
const seriesOf = (rows: number, windows: { first: number; last: number }[]) => ({
  values: new Float64Array(rows),
  windows,
});

t.test('probation is 15 % of at most 5000 rows', async (t) => {
  t.same([0, 6, 7, 100, 4032, 5000, 22_695].map(probationOf), [0, 0, 1, 15, 604, 750, 750]);
});

t.test('what a detection is worth by its row', async (t) => {
  // 15 rows of probation, a window of 10 rows.
  const { worth, windowOf, windows } = new Worth(seriesOf(100, [{ first: 30, last: 39 }]));
  t.equal(windows, 1);
  const places = [14, 15, 29, 30, 39, 40].map((row) => windowOf[row]);
  t.same(places, [-2, -1, -1, 0, 0, -1]);
  t.equal(worth[15], -1, 'before any window in full');
  t.equal(worth[30], 1, 'the first row of a window');
  near(t, worth[35]!, sigmoid(-0.5) / sigmoid(-1), 'its middle');
  near(t, worth[39]!, sigmoid(-1 / 10) / sigmoid(-1), 'its last row');
  near(t, worth[40]!, sigmoid(1 / 9), 'right behind it');
  near(t, worth[49]!, sigmoid(10 / 9), 'a width behind it');
  near(t, worth[66]!, sigmoid(3), 'three widths');
  t.not(worth[66], -1);
  t.equal(worth[67], -1, 'farther behind in full');
});

t.test('a window that begins in probation counts from its end; one inside of it not at all', async (t) => {
  const windows = [
    { first: 2, last: 5 },
    { first: 10, last: 29 },
  ];
  const worth = new Worth(seriesOf(100, windows));
  t.equal(worth.windows, 1);
  near(t, worth.worth[15]!, sigmoid(-15 / 20) / sigmoid(-1), 'its place is that in the whole window');
  const tally = new Tally(worth);
  for (const row of [0, 3, 12, 14]) tally.add(row);
  t.match(tally, { reward: 0, found: 0, penalty: 0 }, 'nothing in probation counts');
});

t.test('a window of one row', async (t) => {
  const { worth } = new Worth(seriesOf(100, [{ first: 50, last: 50 }]));
  t.same([worth[49], worth[50], worth[51]], [-1, 1, -1]);
});

t.test('only the earliest detection of a window counts, every one outside costs', async (t) => {
  const tally = new Tally(new Worth(seriesOf(100, [{ first: 30, last: 49 }])));
  for (const row of [40, 35, 45, 20, 25]) tally.add(row);
  near(t, tally.reward, sigmoid(-15 / 20) / sigmoid(-1), 'reward');
  t.match(tally, { found: 1, penalty: -2 });
  tally.remove(35);
  near(t, tally.reward, sigmoid(-10 / 20) / sigmoid(-1), 'the next one counts');
  for (const row of [40, 45, 20]) tally.remove(row);
  t.match(tally, { reward: 0, found: 0, penalty: -1 });
});

t.test('the scale: 100 for every window at once and nothing else, 0 for nothing', async (t) => {
  for (const [name, profile] of Object.entries(PROFILES)) {
    t.equal(scoreOf(gainOf({ reward: 2, found: 2, penalty: 0 }, profile), 2, profile), 100, name);
    t.equal(scoreOf(0, 2, profile), 0, name);
  }
  const one = { reward: 1, found: 1, penalty: -1 };
  const scores = Object.values(PROFILES).map((profile) => scoreOf(gainOf(one, profile), 2, profile));
  const wanted = [(100 * (2 - 0.11)) / 4, (100 * (2 - 0.22)) / 4, (100 * (3 - 0.11)) / 6];
  for (const [at, score] of scores.entries()) near(t, score, wanted[at]!, Object.keys(PROFILES)[at]!);
});

t.test('a tally is what its rows are worth, in whichever order they came and went', async () => {
  const rows = 80;
  const some = fc.uniqueArray(fc.integer({ min: 0, max: rows - 1 }));
  fc.assert(
    fc.property(windowsOf(rows), some, some, (windows, stay, go) => {
      const worth = new Worth(seriesOf(rows, windows));
      const tally = new Tally(worth);
      const gone = go.filter((row) => !stay.includes(row));
      for (const row of [...gone, ...stay]) tally.add(row);
      for (const row of gone) tally.remove(row);
      const wanted = { reward: 0, found: 0, penalty: 0 };
      for (const window of windows.keys()) {
        const inside = stay.filter((row) => worth.windowOf[row] === window);
        if (inside.length === 0) continue;
        wanted.found++;
        wanted.reward += worth.worth[Math.min(...inside)]!;
      }
      for (const row of stay) if (worth.windowOf[row] === -1) wanted.penalty += worth.worth[row]!;
      return (
        tally.found === wanted.found &&
        Math.abs(tally.reward - wanted.reward) < 1e-9 &&
        Math.abs(tally.penalty - wanted.penalty) < 1e-9
      );
    }),
  );
});

/**
 * The published scores of Numenta's HTM on 31 of NAB's files, from its stored outputs. NAB's licence keeps its data
 * out of this project: the variable names a directory with data/, labels/ and reference/numenta.csv.gz.
 */
const NAB = process.env.TELEGRAF_ANOMALY_NAB;
const skip = 'TELEGRAF_ANOMALY_NAB names no directory with NAB’s data';
t.test('the published scores of a stored detector', NAB === undefined ? { skip } : {}, async (t) => {
  const ground = new Ground(readCorpus(NAB!));
  t.match([ground.series.length, ground.windows], [31, 57]);
  const { strangeness } = readStored(`${NAB}/reference/numenta.csv.gz`, ground.series);
  const curve = new Curve('raw', ground.worths, strangeness);
  const published: Record<ProfileName, number> = { standard: 71.21, low_fp: 64.99, low_fn: 75.87 };
  for (const name of ['standard', 'low_fp', 'low_fn'] as const) {
    const score = scoreOf(curve.best(PROFILES[name]).own, ground.windows, PROFILES[name]);
    t.equal(score.toFixed(2), published[name].toFixed(2), name);
  }
});
