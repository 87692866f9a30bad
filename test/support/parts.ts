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

/** The exit code of the scripts for "what it takes is not here". */
const MISSING = 3;
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
  return part('no Go', 'get-telegraf.sh');
}

/** The jars of a real Kafka, got first where need be: give the test file BUILD_MILLISECONDS. Throws as telegrafPart does. */
export function kafkaPart(): Part {
  return serverPart('no Java 17 or no Maven', 'get-kafka.sh');
}

/** A real InfluxDB, where `npm run parts` has built it: that takes longer than a test may. Throws as telegrafPart does. */
export function influxdbPart(): Part {
  return serverPart('no InfluxDB: npm run parts builds it', 'get-influxdb.sh', '--if-built');
}

/** Which process listens on a port only Linux tells us so plainly. */
function serverPart(missing: string, script: string, ...options: string[]): Part {
  if (process.platform !== 'linux' && !PARTS_REQUIRED) return { path: '', options: { skip: 'no Linux' } };
  return part(missing, script, ...options);
}

/** A Chromium, installed first where that is allowed. Throws as telegrafPart does. */
export function chromiumPart(): Part {
  return part('no Chromium', 'get-chromium.sh');
}

function part(missing: string, script: string, ...options: string[]): Part {
  const got = spawnSync('bash', [`${ROOT}scripts/${script}`, ...options], { encoding: 'utf8' });
  if (got.status === 0) return { path: got.stdout.trim(), options: {} };
  if (got.status === MISSING && !PARTS_REQUIRED) return { path: '', options: { skip: missing } };
  throw new Error(`scripts/${script}: exit ${got.status}\n${got.stderr}${got.error ?? ''}`);
}
