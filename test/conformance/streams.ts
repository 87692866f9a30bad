/** What a series may bring, from the everyday to the hostile. */
import fc from 'fast-check';
import { uniform } from '../../src/math/random.ts';
import type { Value } from './shelf.ts';

const START = 1.7e9;
const LENGTH = 200;
const LARGEST = Number.MAX_VALUE;
const SMALLEST = 5e-324;
/** Seconds of the last int64 nanosecond. */
const LAST_TIME = 2 ** 63 / 1e9;

function regular(value: (i: number) => number, length = LENGTH): Value[] {
  return Array.from({ length }, (_, i) => ({ time: START + i, value: value(i) }));
}

function timed(time: (i: number) => number): Value[] {
  return Array.from({ length: LENGTH }, (_, i) => ({ time: time(i), value: wave(i) }));
}

/** A daily wave with noise: what a detector is made for. */
function wave(i: number): number {
  return 50 + 10 * Math.sin(i / 20) + uniform(7, i, 0);
}

export const everyday: Value[] = regular(wave, 3 * LENGTH);

export const streams: Readonly<Record<string, Value[]>> = {
  everyday,
  constant: regular(() => 42),
  zeros: regular(() => 0),
  'negative zeros': regular(() => -0),
  'both zeros': regular((i) => (i % 2 ? 0 : -0)),
  'a constant that moves by rounding': regular((i) => (i % 3 ? 0.3 : 0.1 + 0.2)),
  huge: regular((i) => 1e300 * (1 + i / LENGTH)),
  'the largest': regular(() => LARGEST),
  'alternating largest': regular((i) => (i % 2 ? LARGEST : -LARGEST)),
  'alternating huge': regular((i) => (i % 2 ? 1e300 : -1e300)),
  tiny: regular((i) => SMALLEST * (i % 5)),
  'the largest after a constant': regular((i) => (i < LENGTH / 2 ? 1 : LARGEST)),
  'the largest after zeros': regular((i) => (i < LENGTH / 2 ? 0 : -LARGEST)),
  'the largest after the tiny': regular((i) => (i < LENGTH / 2 ? SMALLEST : LARGEST)),
  'zeros after the largest': regular((i) => (i < LENGTH / 2 ? LARGEST : 0)),
  'one largest in an everyday series': regular((i) => (i % 100 === 99 ? LARGEST : wave(i))),
  'integers at 2^63': regular((i) => 2 ** 63 + 2048 * (i % 3)),
  'a counter': regular((i) => 1e15 + 1e6 * i),
  'equal times': timed(() => START),
  'backward times': timed((i) => START - 60 * i),
  'a clock that jumps back and forth': timed((i) => START + (i % 2 ? 1e9 : -1e9)),
  'irregular steps': timed((i) => START + i ** 3 / 100),
  'steps below a microsecond': timed((i) => START + i * 1e-7),
  'times around zero': timed((i) => i - LENGTH / 2),
  'the first and last times of int64 nanoseconds': timed((i) => (i % 2 ? LAST_TIME : -LAST_TIME)),
};

const someValue = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -0, 1, LARGEST, -LARGEST, SMALLEST, -SMALLEST, 2 ** 63, 1e300, -1e300),
  },
);

const someStep = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.double({ min: 1e-6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, -1e6, 1e9) },
);

/** Any series of up to 120 values. */
export const anyStream: fc.Arbitrary<Value[]> = fc
  .array(fc.record({ step: someStep, value: someValue }), { minLength: 1, maxLength: 120, size: 'max' })
  .map((steps) => {
    let time = START;
    return steps.map(({ step, value }) => {
      time += step;
      return { time, value };
    });
  });
