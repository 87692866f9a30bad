/** The suite must fail where it should: detectors broken on purpose, and the property that catches each. */
import t from 'tap';
import type { Detector, Instance, Rows } from '../../src/detector.ts';
import { checkDeclaration, properties } from './detector.ts';

/** A sound detector: the distance to the last value. Row: the last value, 1 once there is one. */
class Sound implements Instance {
  width = 2;
  score({ f64 }: Rows, at: number, _time: number, value: number): number {
    return f64[at + 1] === 0 ? 0 : Math.max(-1e9, Math.min(value - f64[at]!, 1e9));
  }
  learn({ f64 }: Rows, at: number, _time: number, value: number): void {
    f64[at] = value;
    f64[at + 1] = 1;
  }
  band?(_rows: Rows, _at: number, _time: number, out: Float64Array): void {
    out.fill(0, 0, 3);
  }
}

let instances = 0;
let lastOfAny = 0;

/** Name of the property → detectors that break it, each by a mistake that is easily made. */
const broken: Record<string, Record<string, () => Instance>> = {
  'width is a count of float64 and the same every time': {
    'grows with each instance': () => Object.assign(new Sound(), { width: 2 + instances++ }),
    'not whole': () => Object.assign(new Sound(), { width: 2.5 }),
  },
  'every score is a finite number': {
    'zero divided by zero': () =>
      new (class extends Sound {
        override score(rows: Rows, at: number, time: number, value: number) {
          const change = super.score(rows, at, time, value);
          return rows.f64[at + 1] === 0 ? 0 : change / Math.abs(change);
        }
      })(),
    'the difference of the largest': () =>
      new (class extends Sound {
        override score({ f64 }: Rows, at: number, _time: number, value: number) {
          return f64[at + 1] === 0 ? 0 : value - f64[at]!;
        }
      })(),
    'divided by the elapsed time': () =>
      new (class extends Sound {
        override width = 3;
        override score(rows: Rows, at: number, time: number, value: number) {
          return rows.f64[at + 1] === 0 ? 0 : super.score(rows, at, time, value) / (time - rows.f64[at + 2]!);
        }
        override learn(rows: Rows, at: number, time: number, value: number) {
          super.learn(rows, at, time, value);
          rows.f64[at + 2] = time;
        }
      })(),
  },
  'the first value of a series scores 0': {
    'measures it from zero': () =>
      new (class extends Sound {
        override score({ f64 }: Rows, at: number, _time: number, value: number) {
          return Math.max(-1e9, Math.min(value - f64[at]!, 1e9));
        }
      })(),
  },
  'the same input gives the same scores': {
    chance: () =>
      new (class extends Sound {
        override score(rows: Rows, at: number, time: number, value: number) {
          return super.score(rows, at, time, value) * Math.random();
        }
      })(),
  },
  'score changes nothing in the page': {
    'learns at once': () =>
      new (class extends Sound {
        override score(rows: Rows, at: number, time: number, value: number) {
          const score = super.score(rows, at, time, value);
          this.learn(rows, at, time, value);
          return score;
        }
      })(),
    'uses the neighbour for scratch': () =>
      new (class extends Sound {
        override score(rows: Rows, at: number, time: number, value: number) {
          rows.f64[at + 2] = value;
          return super.score(rows, at, time, value);
        }
      })(),
  },
  'a score asked for twice is the same': {
    'counts calls': () =>
      new (class extends Sound {
        calls = 0;
        override score(rows: Rows, at: number, _time: number, _value: number) {
          this.calls++;
          return rows.f64[at + 1] === 0 ? 0 : this.calls;
        }
      })(),
  },
  'learn writes within its row': {
    'one float64 too far': () =>
      new (class extends Sound {
        override learn(rows: Rows, at: number, time: number, value: number) {
          super.learn(rows, at, time, value);
          rows.f64[at + 2] = time;
        }
      })(),
    'counts in f32 from the wrong place': () =>
      new (class extends Sound {
        override learn(rows: Rows, at: number, time: number, value: number) {
          super.learn(rows, at, time, value);
          rows.f32[at] = 1;
        }
      })(),
  },
  'a row goes on in another page, place and process': {
    'keeps the last value in the instance': () =>
      new (class extends Sound {
        last = 0;
        override score({ f64 }: Rows, at: number, _time: number, value: number) {
          return f64[at + 1] === 0 ? 0 : Math.max(-1e9, Math.min(value - this.last, 1e9));
        }
        override learn(rows: Rows, at: number, time: number, value: number) {
          super.learn(rows, at, time, value);
          this.last = value;
        }
      })(),
    'keyed by the place in the page': () =>
      new (class extends Sound {
        last = new Map<number, number>();
        override score({ f64 }: Rows, at: number, _time: number, value: number) {
          return f64[at + 1] === 0 ? 0 : Math.max(-1e9, Math.min(value - (this.last.get(at) ?? 0), 1e9));
        }
        override learn(rows: Rows, at: number, time: number, value: number) {
          super.learn(rows, at, time, value);
          this.last.set(at, value);
        }
      })(),
  },
  'series share nothing': {
    'a last value for all': () =>
      new (class extends Sound {
        override score({ f64 }: Rows, at: number, _time: number, value: number) {
          return f64[at + 1] === 0 ? 0 : Math.max(-1e9, Math.min(value - lastOfAny, 1e9));
        }
        override learn(rows: Rows, at: number, time: number, value: number) {
          super.learn(rows, at, time, value);
          lastOfAny = value;
        }
      })(),
  },
  'a value that is not learned leaves no trace': {
    'remembers what it scored': () =>
      new (class extends Sound {
        scored = 0;
        before = 0;
        override score({ f64 }: Rows, at: number, _time: number, value: number) {
          if (value !== this.scored) this.before = this.scored;
          this.scored = value;
          return f64[at + 1] === 0 ? 0 : Math.max(-1e9, Math.min(value - this.before, 1e9));
        }
      })(),
  },
  'the learned value may differ from the scored one': {
    'throws when they differ': () =>
      new (class extends Sound {
        scored = 0;
        override score(rows: Rows, at: number, time: number, value: number) {
          this.scored = value;
          return super.score(rows, at, time, value);
        }
        override learn(rows: Rows, at: number, time: number, value: number) {
          if (value !== this.scored) throw new Error('not the value that was scored');
          super.learn(rows, at, time, value);
        }
      })(),
  },
  'the band is three finite numbers in order, and changes nothing': {
    'upper and lower swapped': () =>
      new (class extends Sound {
        override band(_rows: Rows, _at: number, _time: number, out: Float64Array) {
          out[0] = 0;
          out[1] = 1;
          out[2] = -1;
        }
      })(),
    overflows: () =>
      new (class extends Sound {
        override band({ f64 }: Rows, at: number, _time: number, out: Float64Array) {
          out.fill(f64[at]!, 0, 3);
          out[2] = f64[at]! + Math.abs(f64[at]!);
        }
      })(),
    'fills the upper alone': () =>
      new (class extends Sound {
        override band(_rows: Rows, _at: number, _time: number, out: Float64Array) {
          out[2] = 0;
        }
      })(),
    'writes the row': () =>
      new (class extends Sound {
        override band({ f64 }: Rows, at: number, _time: number, out: Float64Array) {
          out.fill(0, 0, 3);
          f64[at] = 0;
        }
      })(),
  },
};

t.test('a sound detector has every property', (t) => {
  for (const [name, property] of Object.entries(properties)) {
    t.doesNotThrow(() => property(() => new Sound()), name);
  }
  t.end();
});

t.same(Object.keys(broken).sort(), Object.keys(properties).sort(), 'each property catches something');

for (const [name, detectors] of Object.entries(broken)) {
  for (const [mistake, make] of Object.entries(detectors)) {
    t.test(`${mistake}: caught by "${name}"`, (t) => {
      t.throws(() => properties[name]!(make));
      t.end();
    });
  }
}

t.test('an incomplete declaration is caught', (t) => {
  const sound: Detector = {
    name: 'sound',
    version: 1,
    threshold: 1,
    options: ({ z }) => z.object({ length: z.int().default(3).describe('A length.') }),
    create: () => new Sound(),
  };
  t.doesNotThrow(() => checkDeclaration(sound));
  const faults: Record<string, Partial<Detector>> = {
    'a name that TOML would not take bare': { name: 'my detector' },
    'version 0': { version: 0 },
    'threshold 0': { threshold: 0 },
    'an option without prose': { options: ({ z }) => z.object({ length: z.int().default(3) }) },
    'an option without a default': {
      options: ({ z }) => z.object({ length: z.int().describe('A length.') }),
    },
    'an option in camel case': {
      options: ({ z }) => z.object({ windowLength: z.int().default(3).describe('A length.') }),
    },
  };
  for (const [fault, part] of Object.entries(faults))
    t.throws(() => checkDeclaration({ ...sound, ...part }), fault);
  t.end();
});
