/**
 * What every detector keeps to, whatever its algorithm. A detector's own test runs the suite in a line or two:
 *
 *   conformance(t, detector, [{}, { memory: 3600 }]);
 *
 * Each property is a function that throws when it does not hold, so that the suite itself can be tested.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Test } from 'tap';
import type { Detector, Instance } from '../../src/detector.ts';
import { uniform } from '../../src/math/random.ts';
import { optionTypes } from '../../src/options.ts';
import { Shelf, type Value } from './shelf.ts';
import { anyStream, everyday, streams } from './streams.ts';

/** A maker of equal instances, as after a restart. */
export type Make = () => Instance;
type Property = (make: Make) => void;

/** Runs a stream over one row: the scores, in order. */
function run(instance: Instance, values: readonly Value[], shelf = new Shelf(instance.width)): number[] {
  return values.map((value) => shelf.step(instance, value));
}

/** Holds for every named stream and for any that fast-check finds. */
function forEveryStream(check: (values: Value[], name: string) => void): void {
  for (const [name, values] of Object.entries(streams)) check(values, name);
  fc.assert(fc.property(anyStream, (values) => check(values, 'a random stream')));
}

/** Decides by chance, yet always the same way. */
function chance(probability: number, i: number, seed: number): boolean {
  return uniform(seed, i, 0) < probability;
}

export const properties: Readonly<Record<string, Property>> = {
  'width is a count of float64 and the same every time': (make) => {
    const { width } = make();
    assert.ok(Number.isInteger(width) && width >= 0, `width ${width}`);
    assert.equal(make().width, width);
  },

  'every score is a finite number': (make) => {
    forEveryStream((values, name) => {
      const instance = make();
      const shelf = new Shelf(instance.width);
      // A model that has learned something has more ways to break.
      for (const lead of [[], everyday]) {
        run(instance, lead, shelf);
        values.forEach((value, i) => {
          const score = shelf.step(instance, value);
          assert.ok(Number.isFinite(score), `${name}: score ${score} of value ${value.value}, number ${i}`);
        });
      }
    });
  },

  'the first value of a series scores 0': (make) => {
    forEveryStream((values, name) => {
      const instance = make();
      assert.equal(new Shelf(instance.width).score(instance, values[0]!) + 0, 0, name);
    });
  },

  'the same input gives the same scores': (make) => {
    forEveryStream((values, name) => {
      assert.deepEqual(run(make(), values), run(make(), values), name);
    });
  },

  'score changes nothing in the page': (make) => {
    forEveryStream((values, name) => {
      const instance = make();
      const shelf = new Shelf(instance.width);
      for (const value of values) {
        const before = shelf.bytes();
        shelf.score(instance, value);
        assert.deepEqual(shelf.bytes(), before, name);
        shelf.learn(instance, value);
      }
    });
  },

  'a score asked for twice is the same': (make) => {
    forEveryStream((values, name) => {
      const instance = make();
      const shelf = new Shelf(instance.width);
      const twice = values.map((value) => {
        const first = shelf.score(instance, value);
        assert.equal(shelf.step(instance, value), first, name);
        return first;
      });
      assert.deepEqual(twice, run(make(), values), `${name}: the second call shows later`);
    });
  },

  'learn writes within its row': (make) => {
    forEveryStream((values, name) => {
      const instance = make();
      const shelf = new Shelf(instance.width);
      run(instance, values, shelf);
      assert.ok(shelf.guardsIntact, name);
    });
  },

  'a row goes on in another page, place and process': (make) => {
    forEveryStream((values, name) => {
      let instance = make();
      let shelf = new Shelf(instance.width, 0, 0);
      const scores = values.map((value, i) => {
        if (chance(0.1, i, 1)) {
          shelf = shelf.moved(i % 7, i % 5);
          instance = make();
        }
        return shelf.step(instance, value);
      });
      assert.deepEqual(scores, run(make(), values), name);
    });
  },

  'series share nothing': (make) => {
    fc.assert(
      fc.property(anyStream, fc.integer(), (values, seed) => {
        const instance = make();
        const shelves = [new Shelf(instance.width), new Shelf(instance.width)] as const;
        const parts: [Value[], Value[]] = [[], []];
        const scores: [number[], number[]] = [[], []];
        // The other series brings values of its own, so that a mean over both would show.
        [...everyday, ...values].forEach((given, i) => {
          const which = chance(0.5, i, seed) ? 1 : 0;
          const value = which ? given : { time: given.time + 3, value: -given.value / 2 };
          parts[which].push(value);
          scores[which].push(shelves[which].step(instance, value));
        });
        for (const which of [0, 1] as const) assert.deepEqual(scores[which], run(make(), parts[which]));
      }),
      { numRuns: 20 },
    );
  },

  'a value that is not learned leaves no trace': (make) => {
    forEveryStream((values, name) => {
      const instance = make();
      const shelf = new Shelf(instance.width);
      const learned = (_: Value, i: number): boolean => !chance(0.2, i, 2);
      const scores = values.map((value, i) => {
        if (learned(value, i)) return shelf.step(instance, value);
        shelf.score(instance, value);
        return Number.NaN;
      });
      assert.deepEqual(
        scores.filter((score) => !Number.isNaN(score)),
        run(make(), values.filter(learned)),
        name,
      );
    });
  },

  'the learned value may differ from the scored one': (make) => {
    forEveryStream((values, name) => {
      const tamed = (): number[] => {
        const instance = make();
        const shelf = new Shelf(instance.width);
        return [...everyday, ...values].map(({ time, value }) => {
          const score = shelf.score(instance, { time, value });
          shelf.learn(instance, { time, value: Math.max(-75, Math.min(value, 75)) });
          return score;
        });
      };
      const scores = tamed();
      assert.ok(scores.every(Number.isFinite), name);
      assert.deepEqual(tamed(), scores, name);
    });
  },

  'the band is three finite numbers in order, and changes nothing': (make) => {
    if (!make().band) return;
    forEveryStream((values, name) => {
      const instance = make();
      const shelf = new Shelf(instance.width);
      const out = new Float64Array(4).fill(Number.NaN);
      const scores = values.map((value) => {
        const score = shelf.score(instance, value);
        const before = shelf.bytes();
        instance.band?.(shelf.rows, shelf.at, value.time, out);
        assert.deepEqual(shelf.bytes(), before, name);
        const [expected, lower, upper, rest] = out as unknown as [number, number, number, number];
        assert.ok(out.subarray(0, 3).every(Number.isFinite), `${name}: ${out}`);
        assert.ok(lower <= expected && expected <= upper, `${name}: ${out}`);
        assert.ok(Number.isNaN(rest), `${name}: wrote beyond the three`);
        shelf.learn(instance, value);
        return score;
      });
      assert.deepEqual(scores, run(make(), values), `${name}: a band between score and learn shows later`);
    });
  },
};

/** What the object that a plugin exports keeps to. Throws when it does not. */
export function checkDeclaration(detector: Detector): void {
  assert.match(detector.name, /^[a-z][a-z0-9_]*$/, 'name');
  assert.ok(Number.isInteger(detector.version) && detector.version >= 1, 'version counts from 1');
  assert.ok(detector.threshold > 0 && Number.isFinite(detector.threshold), 'threshold is a score');
  const schema = detector.options(optionTypes);
  for (const [key, option] of Object.entries(schema.shape)) {
    assert.match(key, /^[a-z][a-z0-9_]*$/, `option ${key}`);
    assert.match((option as { description?: string }).description ?? '', /\.$/, `option ${key} has no prose`);
  }
  assert.ok(schema.safeParse({}).success, 'no option is required');
}

/**
 * Runs the suite once for each of `settings` (options as in the config; an empty object for the defaults).
 */
export function conformance(t: Test, detector: Detector, settings: readonly object[] = [{}]): void {
  t.test('the declaration is complete', (t) => {
    checkDeclaration(detector);
    t.pass('holds');
    t.end();
  });
  for (const setting of settings) {
    const options = detector.options(optionTypes).parse(setting);
    for (const [name, property] of Object.entries(properties)) {
      t.test(`${JSON.stringify(setting)}: ${name}`, (t) => {
        property(() => detector.create(options));
        t.pass('holds');
        t.end();
      });
    }
  }
}
