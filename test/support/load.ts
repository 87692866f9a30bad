/** The numbered points that generator.ts makes and the tests know by heart. */

/** 2026-01-01 in ns. */
const START = 1_767_225_600_000_000_000n;
/** Apart, in ns; each series comes every SERIES * STEP = 1 s. */
const STEP = 100_000_000n;
const SERIES = 10;

/**
 * Point number `sequence` of an endless stream over ten series. Each value is steady but for a wobble of ±0.5,
 * and cannot be mistaken for another point's: a cut or mended line never equals its original.
 */
export function loadPoint(sequence: number, time = START + BigInt(sequence) * STEP): string {
  const wobble = ((sequence * 7919) % 1000) / 1000 - 0.5;
  const value = (50 + wobble).toFixed(3);
  return `load,host=h${sequence % SERIES} value=${Number(value)},sequence=${sequence}i ${time}`;
}
