/**
 * False alarms of the SPOT family on series that change: as published, with and without a window, and as it comes.
 * The tables in plugins/detectors/spot/README.md are from here.
 *
 * usage: node dist/bench/drift.js [--series 4]
 *
 * A value a minute for 30 days, q = 10^-4 on both sides, which asks for 0.29 a day. A false alarm is a value that
 * passes a limit; there is no judge.
 */
import spot from '../plugins/detectors/spot/spot.ts';
import { option } from './support/measure.ts';
import { Chance } from './support/noise.ts';
import { type Cell, heading, table } from './support/report.ts';
import { instanceOf, rowOf, scoreAndLearn } from './support/series.ts';

const DAY = 1440;
const DAYS = 30;
/** After the longest warm-up. */
const SETTLED = 2 * DAY;
const CHANGE = 10 * DAY;
const SERIES = Number(option('series', '4'));

const published = { guard: false, max_excesses: 1000, min_distance: 0, min_distance_ratio: 0 };
const OPTIONS: Record<string, object> = {
  'biSPOT as published': { ...published, drift: 'none' },
  'biDSPOT as published, 450 points': { ...published, drift: 'window', drift_points: 450, warmup: 1450 },
  default: {},
};

/** A series: its value at a minute. */
type Make = (chance: Chance) => (minute: number) => number;

const wave = (minute: number): number => Math.sin((2 * Math.PI * minute) / DAY);
const gap = (chance: Chance): number => -Math.log(1 - chance.uniform());

const COMING_BACK: Record<string, Make> = {
  'bell curve': (chance) => () => chance.normal(),
  lognormal: (chance) => () => Math.exp(chance.normal()),
  Laplace: (chance) => () => gap(chance) - gap(chance),
  'Student, 3 degrees': (chance) => () => {
    const squares = [0, 1, 2].map(() => chance.normal() ** 2);
    return chance.normal() / Math.sqrt((squares[0]! + squares[1]! + squares[2]!) / 3);
  },
  'Poisson, mean 3': (chance) => () => chance.poisson(3),
  'in steps of 0.5': (chance) => () => Math.round(2 * chance.normal()) / 2,
  'AR(1), 0.9': (chance) => {
    let last = 0;
    return () => (last = 0.9 * last + chance.normal());
  },
  'daily season of ±20': (chance) => (minute) => 20 * wave(minute) + chance.normal(),
  'noise from 1 to 4 and back, daily': (chance) => (minute) => (2.5 + 1.5 * wave(minute)) * chance.normal(),
  'steps of 5 up or down, daily': (chance) => (minute) =>
    5 * (Math.floor(minute / DAY) % 2) + chance.normal(),
};

/** What is added to a bell curve, or multiplies it, so many minutes after the change. */
const since = (noise: number, added: (minutes: number) => number): Make => {
  return (chance) => (minute) =>
    minute < CHANGE ? chance.normal() : noise * chance.normal() + added(minute - CHANGE);
};
const walk = (step: number): Make => {
  return (chance) => {
    let level = 0;
    return since(1, () => (level += step * chance.normal()))(chance);
  };
};

const FOR_GOOD: Record<string, Make> = {
  'nothing, to compare': since(1, () => 0),
  'a trend of 10 a day': since(1, (minutes) => (10 * minutes) / DAY),
  'a trend of −10 a day': since(1, (minutes) => (-10 * minutes) / DAY),
  'a random walk, steps of 0.05': walk(0.05),
  'a random walk, steps of 0.2': walk(0.2),
  'a daily season of ±5': since(1, (minutes) => 5 * wave(minutes)),
  'noise twice as large': since(2, () => 0),
  'noise five times as large': since(5, () => 0),
  'a level 10 higher': since(1, () => 10),
  'a level 100 higher': since(1, () => 100),
};

/** The minutes of the values that are flagged, of all series. */
function flagged(options: object, make: Make): number[] {
  const minutes: number[] = [];
  const instance = instanceOf(spot, options);
  for (let seed = 1; seed <= SERIES; seed++) {
    const value = make(new Chance(seed));
    const rows = rowOf(instance.width);
    for (let minute = 0; minute < DAYS * DAY; minute++) {
      const score = scoreAndLearn(instance, rows, 0, 60 * minute, value(minute));
      if (Math.abs(score) >= 1) minutes.push(minute);
    }
  }
  return minutes;
}

/** How many of them a day, from one minute to another. */
function daily(minutes: readonly number[], from: number, to: number): string {
  const counted = minutes.filter((minute) => minute >= from && minute < to).length;
  return Number(((counted * DAY) / (to - from) / SERIES).toPrecision(3)).toLocaleString('en-US');
}

const names = Object.keys(OPTIONS);
const rowsOf = (kinds: Record<string, Make>, cell: (minutes: number[]) => string): Cell[][] =>
  Object.entries(kinds).map(([kind, make]) => [
    kind,
    ...Object.values(OPTIONS).map((options) => cell(flagged(options, make))),
  ]);

heading('What is stationary, or comes back', `False alarms a day; ${SERIES} series of ${DAYS} days.`);
table(
  ['series', ...names],
  rowsOf(COMING_BACK, (minutes) => daily(minutes, SETTLED, DAYS * DAY)),
);
heading('What changes for good after 10 days', 'Before it, and from a day after it to the end.');
table(
  ['what begins', ...names],
  rowsOf(
    FOR_GOOD,
    (minutes) => `${daily(minutes, SETTLED, CHANGE)} → ${daily(minutes, CHANGE + DAY, DAYS * DAY)}`,
  ),
);
