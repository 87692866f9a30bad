/**
 * The real programs that some tests need beside ours. A test whose part cannot be had is skipped by name, or
 * fails where TELEGRAF_ANOMALY_REQUIRE_PARTS=1 says that every part must be there.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Whether a part that is missing fails its tests; else they are skipped, by name. */
export const PARTS_REQUIRED = process.env.TELEGRAF_ANOMALY_REQUIRE_PARTS === '1';

/** The package's own directory, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** get-telegraf.sh's exit code for "no Go that can build it". */
const NO_GO = 3;
/** From empty caches Telegraf takes 90 s on two idle cores; a busy machine and a slow network take longer. */
export const BUILD_MILLISECONDS = 10 * 60_000;

export interface Part {
  /** Of the executable; empty where there is none. */
  readonly path: string;
  /** What the part's tests take as options: `{ skip: 'no Go' }` where it is missing. */
  readonly options: { readonly skip?: string };
}

/**
 * Real Telegraf, built first where need be: give the test file BUILD_MILLISECONDS.
 * Throws when the build fails, or when there is no Go though every part is required.
 */
export function telegrafPart(): Part {
  const built = spawnSync('bash', [`${ROOT}scripts/get-telegraf.sh`], { encoding: 'utf8' });
  if (built.status === 0) return { path: built.stdout.trim(), options: {} };
  if (built.status === NO_GO && !PARTS_REQUIRED) {
    return { path: '', options: { skip: 'no Go' } };
  }
  throw new Error(`scripts/get-telegraf.sh: exit ${built.status}\n${built.stderr}${built.error ?? ''}`);
}
