/** Repeats and medians: the machine is never quite idle, and a best of many would be luck. */

/** Whether the run is to be short (`--quick`): fewer rounds of less data, for a first look. */
export const quick = process.argv.includes('--quick');

/** What the command line says behind `--name`. */
export function option(name: string, byDefault: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? byDefault : process.argv[at + 1]!;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Runs the candidates in turn, all of them in every round, so that whatever else the machine does meets all
 * alike. Gives each candidate's results, a round each.
 */
export async function interleave<Name extends string, Result>(
  rounds: number,
  candidates: Readonly<Record<Name, () => Result | Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(candidates) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results[name].push(await candidates[name]());
  }
  return results;
}

/** Nanoseconds that one call takes, by as many calls as fit in so many milliseconds. */
export function nanosecondsPerCall(call: () => void, milliseconds: number): number {
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  do {
    call();
    calls++;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return (elapsed * 1e6) / calls;
}
