/**
 * Alarms by chance: what a detector gains over it in an evaluation is what it knows. The score is -log10 of a
 * random number with a random sign, so that a threshold of 3 flags one value in a thousand. Seed, time and
 * value alone decide, so that the same input gives the same scores, in whichever order it is replayed.
 */
import type { Detector, Instance, Rows } from '../../../src/detector.ts';
import { uniform } from '../../../src/math/random.ts';

interface Options {
  seed: number;
}

class Random implements Instance {
  /** 1 once the series has had a value, so that the first one scores 0, as with every detector. */
  readonly width = 1;
  readonly #seed: number;

  constructor(options: Options) {
    this.#seed = options.seed;
  }

  score(rows: Rows, at: number, time: number, value: number): number {
    if (rows.f64[at] === 0) return 0;
    const place = uniform(this.#seed, time, value);
    return place < 0.5 ? Math.log10(2 * place) : -Math.log10(2 * (1 - place));
  }

  learn(rows: Rows, at: number): void {
    rows.f64[at] = 1;
  }
}

const random: Detector<Options> = {
  name: 'random',
  version: 1,
  threshold: 3,
  options: ({ z }) =>
    z.object({
      seed: z.int().default(1).describe('Another seed gives other scores.'),
    }),
  create: (options) => new Random(options),
};

export default random;
