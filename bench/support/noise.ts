/** Series of noise without an anomaly in them, each the same for the same seed. Sigma is that of the innovation. */

/** Uniform and normal numbers from a seed: the generator "mulberry32" (Tommy Ettinger, public domain). */
export class Chance {
  #state: number;
  #spare = Number.NaN;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1);
  }

  /** In (0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  }

  /** By Box and Muller, who give two at a time. */
  normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** With a mean that is small, by Knuth's product of uniforms. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }
}

/** Gives the next value, at a time in seconds. */
export type Noise = (time: number) => number;

/** By name. `continuous`: any threshold can be kept exactly; where values repeat, only as nearly as they do. */
export const FAMILIES: Record<string, { continuous: boolean; begin: (chance: Chance) => Noise }> = {
  normal: { continuous: true, begin: (chance) => () => 50 + chance.normal() },
  lognormal: { continuous: true, begin: (chance) => () => Math.exp(chance.normal()) },
  'AR(1) 0.9': {
    continuous: true,
    begin: (chance) => {
      let level = chance.normal() / Math.sqrt(1 - 0.81);
      return () => {
        level = 0.9 * level + chance.normal();
        return 50 + level;
      };
    },
  },
  poisson: { continuous: false, begin: (chance) => () => chance.poisson(5) },
  quantised: { continuous: false, begin: (chance) => () => Math.round(50 + 2 * chance.normal()) },
  season: {
    continuous: true,
    begin: (chance) => (time) => 50 + 3 * Math.sin((2 * Math.PI * time) / 86_400) + chance.normal(),
  },
};
