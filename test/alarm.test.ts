import t from 'tap';
import { ALARM_WIDTH, type Alarm, follow, type Judged } from '../src/alarm.ts';
import { CRITICAL, OK, WARNING } from '../src/judge.ts';

const AT = 3;

/** A row among others, and a series that it is of. */
function series() {
  const buffer = new ArrayBuffer(8 * (AT + ALARM_WIDTH + 2));
  const f64 = new Float64Array(buffer).fill(7, AT + ALARM_WIDTH);
  const page = {
    f64,
    f32: new Float32Array(buffer),
    i32: new Int32Array(buffer),
    view: new DataView(buffer),
  };
  let open = false;
  const step = (nanoseconds: bigint, judged: Partial<Judged>): Alarm | undefined => {
    const high = Number(nanoseconds >> 32n);
    const low = Number(BigInt.asIntN(32, nanoseconds));
    const value: Judged = {
      high,
      low,
      value: 1,
      score: 1,
      surprise: 3,
      threshold: 4,
      verdict: OK,
      band: undefined,
      ...judged,
    };
    const alarm = follow(page, AT, value, open);
    open = value.verdict !== OK;
    return alarm;
  };
  return {
    step,
    row: () => [...f64.subarray(AT, AT + ALARM_WIDTH)],
    beside: () => [f64[AT - 1], f64[AT + ALARM_WIDTH]],
  };
}

const NOON = 1_767_268_800_123_456_789n;

t.test('an alarm is told of when it begins and when it ends, with its strangest value', async (t) => {
  const { step, row, beside } = series();
  t.equal(step(NOON - 1n, {}), undefined);
  const begun = step(NOON, { value: 9, score: -5, verdict: WARNING, band: [3, 2, 4] });
  const first = {
    state: 'open',
    level: WARNING,
    start: NOON,
    end: undefined,
    value: 9,
    score: -5,
    surprise: 3,
    threshold: 4,
  };
  t.strictSame(begun, { ...first, band: [3, 2, 4] });
  t.equal(
    step(NOON + 1n, { value: 99, score: -50, surprise: 6, threshold: 5, verdict: CRITICAL, band: [3, 1, 5] }),
    undefined,
  );
  t.equal(step(NOON + 2n, { value: 8, score: 6, verdict: WARNING }), undefined);
  const worst = {
    level: CRITICAL,
    start: NOON,
    value: 99,
    score: -50,
    surprise: 6,
    threshold: 5,
    band: [3, 1, 5],
  };
  t.strictSame(step(NOON + 3n, {}), { ...worst, state: 'end', end: NOON + 3n });
  t.ok(
    row().every((float) => float === 0),
    'nothing is left of it',
  );
  t.equal(step(NOON + 4n, {}), undefined);
  t.same(beside(), [0, 7], 'the rows beside it are left alone');
});

t.test('where nothing was expected, nothing is told of it', async (t) => {
  const { step } = series();
  t.equal(step(1n, { verdict: WARNING })?.band, undefined);
  t.equal(step(2n, {})?.band, undefined);
});

t.test('a time before 1970', async (t) => {
  t.equal(series().step(-1n, { verdict: WARNING })?.start, -1n);
  t.equal(series().step(-(2n ** 32n), { verdict: WARNING })?.start, -(2n ** 32n));
});

t.test('an alarm that began while nobody wanted to be told', async (t) => {
  const judged = {
    high: 0,
    low: 5,
    value: 1,
    score: 5,
    surprise: 3,
    threshold: 4,
    verdict: WARNING,
    band: undefined,
  } as const;
  const buffer = new ArrayBuffer(8 * ALARM_WIDTH);
  const f64 = new Float64Array(buffer);
  const page = {
    f64,
    f32: new Float32Array(buffer),
    i32: new Int32Array(buffer),
    view: new DataView(buffer),
  };
  t.equal(follow(page, 0, { ...judged, verdict: OK }, true), undefined, 'its end is nobody’s business');
  t.match(follow(page, 0, judged, true), { state: 'open', start: 5n });
  t.match(
    follow(page, 0, { ...judged, low: 6 }, false),
    { state: 'open', start: 6n },
    'what is left of an old one is not the new one',
  );
});
