/**
 * The heads by their definition, written out in float64 as plainly as possible, against the detector. The definition
 * was checked by hand against the scores of the prototype on which the detector's figures were measured.
 */
import t, { type Test } from 'tap';
import type { Detector } from '../../../src/detector.ts';
import { uniform } from '../../../src/math/random.ts';
import { optionTypes } from '../../../src/options.ts';
import { Shelf, type Value } from '../../../test/conformance/shelf.ts';
import baseline from './baseline.ts';

const detector: Detector = baseline;
const STEP = 300;
const DAY = 86_400;
/** Levels are float32: that is 6e-8 of a residual, which a tail may magnify a hundred times. */
const TOLERANCE = 1e-5;

const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

interface Profile {
  parts: number;
  level: number[];
  visits: number[];
  deviation: number;
  recent: number;
  offset: number;
}

interface Tail {
  centre: number;
  spread: number;
  quantile: number;
  excess: number;
  scale: number;
}

/** Both heads after each value: [incident, spike]. After the value with the number `accepted` the level is normal. */
function definition(values: readonly Value[], accepted: number): [number, number][] {
  const profiles: Profile[] = [48, 144].map((parts) => ({
    parts,
    level: [],
    visits: new Array(parts).fill(0),
    deviation: 0,
    recent: 0,
    offset: 0,
  }));
  const orders = [1, 8].map((order) => [1, ...new Array(order - 1).fill(0)] as number[]);
  const past: number[] = new Array(8).fill(0);
  const tails = Array.from(
    { length: 14 },
    (): Tail => ({ centre: 0, spread: 0, quantile: 0, excess: 0, scale: 0 }),
  );
  const smooth = [0, 0, 0];
  const first = values[0]!;
  let [mean, average, variance] = [first.value, first.value, 0];
  let [fast, slow, last, change, usual] = [first.value, first.value, first.value, 0, 0];
  let gap = 0;

  return values.map(({ time, value }, i) => {
    const n = i + 1;
    const share = (points: number): number => Math.max(1 / points, 1 / n);
    if (n > 1) {
      const elapsed = time - values[i - 1]!.time;
      gap += Math.max(0.02, 1 / (n - 1)) * ((n > 3 ? Math.min(elapsed, 3 * gap) : elapsed) - gap);
    }
    const y: number[] = [];

    const part = profiles.map(({ parts }) => Math.floor(((time % DAY) * parts) / DAY));
    const residuals = profiles.map(({ visits, level, offset }, p) => {
      const k = part[p]!;
      return value - (visits[k] ? level[k]! + offset : mean);
    });
    y.push(...residuals);
    mean += share(100) * (value - mean);

    const from = value - average;
    const unit = (n > 2 ? Math.sqrt(variance) : Math.abs(from)) + 1e-9;
    for (const weights of orders) {
      const predicted = weights.reduce((sum, weight, lag) => sum + weight * past[lag]!, 0);
      const norm = weights.reduce((sum, _, lag) => sum + past[lag]! ** 2, 0.5);
      y.push(n > 5 ? (from / unit - predicted) * unit : 0);
      const error = clamp(clamp(from / unit, 6) - predicted, 1);
      weights.forEach((_, lag) => {
        weights[lag]! += (0.02 * error * past[lag]!) / norm;
      });
    }
    past.unshift(clamp(from / unit, 6));
    past.pop();
    const learned = n > 20 ? clamp(from, 6 * unit) : from;
    average += share(1000) * learned;
    variance += share(1000) * (learned ** 2 - variance);

    fast += share(6) * (value - fast);
    slow += share(12) * (value - slow);
    y.push(fast, slow);

    const moved = Math.abs(value - last);
    last = value;
    change += share(30) * (moved - change);
    usual += share(300) * (moved - usual);
    y.push(n > 5 ? Math.log((change + 0.01 * usual + 1e-12) / (usual + 1e-12)) : 0);

    let sum = 0;
    let spike = 0;
    y.forEach((residual, stream) => {
      const above = stream < 4 ? 0.97 : 0.95;
      const weight = [0.75, 0.75, 0.875, 0.875, 0.125, 0.125, 0.5][stream]! / 2;
      [
        [10_000, 300_000],
        [50_000, 900_000],
      ].forEach(([spreadPoints, seconds], memory) => {
        const tail = tails[2 * stream + memory]!;
        const tailShare = Math.max(share(30_000), Math.min(1 / 1000, gap / seconds!), 1 / n);
        if (n === 1) tail.centre = residual;
        const deviation = residual - tail.centre;
        const distance = n > 30 ? Math.min(Math.abs(deviation) / (tail.spread + 1e-12), 1000) : 0;
        const capped = n > 20 ? clamp(deviation, 6 * (tail.spread + 1e-12)) : deviation;
        tail.centre += share(spreadPoints!) * capped;
        tail.spread += share(spreadPoints!) * (Math.abs(capped) - tail.spread);
        tail.scale += tailShare * (distance - tail.scale);
        const excess = distance - tail.quantile;
        const strange = n > 30 ? Math.max(0, excess / (tail.excess + 0.1 * tail.scale + 1e-12)) : 0;
        const step = 3 * tailShare * tail.scale;
        if (excess > 0) {
          const far = n > 50 && tail.excess > 0 ? Math.min(excess, 8 * tail.excess) : excess;
          tail.excess += Math.min(tailShare / (1 - above), 0.3) * (far - tail.excess);
          tail.quantile += step * above;
        } else tail.quantile -= step * (1 - above);
        sum += weight * Math.min(strange, 12);
        spike += weight * Math.min(strange, 1000);
      });
    });
    [12, 18, 26].forEach((points, s) => {
      smooth[s]! += share(points) * (sum ** 0.7 - smooth[s]!);
    });
    const incident = smooth.reduce((a, b) => a + b) / 3;

    profiles.forEach((profile, p) => {
      profile.recent += share(30) * (residuals[p]! - profile.recent);
    });
    profiles.forEach((profile, p) => {
      const k = part[p]!;
      const residual = residuals[p]!;
      const capped = n > 20 ? clamp(residual, 3 * profile.deviation) : residual;
      profile.deviation += share(500) * (Math.abs(capped) - profile.deviation);
      // Of values that come more often than every 5 minutes some share a visit of the coarse profile.
      const shared = p === 0 ? Math.max(1, Math.round(300 / gap)) : 1;
      const before = profile.visits[k]!;
      if (before === 0 || (before < 25 && n % shared === 0)) profile.visits[k]!++;
      if (before === 0) profile.level[k] = value - profile.offset;
      else profile.level[k]! += capped / (profile.visits[k]! * shared);
      if (i !== accepted) return;
      profile.offset += profile.recent;
      profile.recent = 0;
    });
    return [incident, spike];
  });
}

function near(t: Test, values: readonly Value[], accepted = -1): void {
  const wanted = definition(values, accepted);
  ['incidents', 'spikes'].forEach((respond_to, head) => {
    const given = { respond_to, incident_threshold: 1, spike_threshold: 1 };
    const instance = detector.create(detector.options(optionTypes).parse(given));
    const shelf = new Shelf(instance.width);
    let worst = 0;
    values.forEach((value, i) => {
      const score = wanted[i]![head]!;
      worst = Math.max(worst, Math.abs(Math.abs(shelf.step(instance, value)) - score) / (1 + score));
      if (i === accepted) instance.accept!(shelf.rows, shelf.at);
    });
    t.ok(worst < TOLERANCE, `${respond_to}: differs by ${worst}`);
    t.ok(Math.max(...wanted.map((heads) => heads[head]!)) > 2, 'and there was something to find');
  });
}

/** Four days of a daily wave with noise, a spike, and a shift for the last day. */
function fourDays(noise: number, base: number, step = STEP): Value[] {
  return Array.from({ length: (4 * DAY) / step }, (_, i) => {
    const wave = 10 * Math.sin((2 * Math.PI * i * step) / DAY);
    const strange = (i * step === 700 * STEP ? 40 : 0) + (i * step > 900 * STEP ? 25 : 0);
    const value = base + wave + noise * (uniform(5, i, 1) + uniform(5, i, 2) - 1) + strange;
    return { time: 1_767_225_600 + i * step, value };
  });
}

t.test('a daily wave with a spike and a lasting shift', (t) => {
  near(t, fourDays(3, 50));
  t.end();
});

t.test('values that come more often share a visit', (t) => {
  near(t, fourDays(3, 50, 60));
  near(t, fourDays(3, 50, 140));
  t.end();
});

t.test('a shift that is accepted', (t) => {
  near(t, fourDays(3, 50), 972);
  t.end();
});

t.test('a level far from zero loses nothing in the float32 of the profiles', (t) => {
  near(t, fourDays(3, 2 ** 31));
  t.end();
});

t.test('a day that repeats itself exactly is not strange for the rounding of its levels', (t) => {
  const values = Array.from({ length: 800 }, (_, i) => {
    const value = (i + 96) % 288 > 100 && (i + 96) % 288 < 200 ? 77.6 : 20;
    return { time: 1_767_225_600 + i * STEP, value: i === 700 ? 50 : value };
  });
  near(t, values);
  t.end();
});

t.test('values at irregular times', (t) => {
  const values = fourDays(3, 50).filter((_, i) => uniform(9, i, 0) < 0.7);
  near(t, values);
  t.end();
});
