/** The cap on the memory of the state, held against what the system says of the process. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Child } from './support/child.ts';
import { crowd } from './support/crowd.ts';
import { splitPoints, valueText } from './support/line-protocol.ts';

const CAP = 64 << 20;
/**
 * What the program takes beside the state: Node.js, code, chunks on their way. Newer versions of Node.js let more garbage
 * lie in a larger young generation before they collect it: --max-semi-space-size=4 takes 24 back to what 20 needs.
 */
const BESIDE = { 20: 150e6, 22: 200e6 }[Number.parseInt(process.versions.node, 10)] ?? 260e6;
const TAG_SETS = 1_000_000;
/** Of the default detector, whose rows take forty times as much. */
const FEWER_TAG_SETS = 60_000;
/** Longer names are the greater part of what a series takes. */
const PADDING = 120;
/** Chunks between two looks at the process. */
const LOOK_EVERY = 16;

t.setTimeout(1_000_000);

interface Taken {
  /** Anonymous memory of the process at its most, by samples. */
  readonly anonymous: number;
  /** What the state says that it takes, and may take, at its most. */
  readonly accounted: number;
  readonly limit: number;
  readonly coldRows: number;
}

function anonymousMemory(pid: number): number {
  const [, kilobytes] = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) * 1024;
}

/** Feeds so many tag sets of two fields, twice. */
async function taken(t: Test, state: string, detector: string, tagSets: number): Promise<Taken> {
  let figures = '';
  let bytes = 0;
  const child = await Child.start(t, {
    files: {
      'anomaly.toml': `
        [agent]
          stats_interval = "1s"
        [state]
          ${state}
        [[detectors.${detector}]]`,
    },
    receive: (chunk) => {
      const text = chunk.toString('latin1');
      const ours = text.match(/^internal_anomaly.*\n/gm) ?? [];
      figures += ours.join('');
      bytes += chunk.length - ours.join('').length;
    },
  });
  let anonymous = 0;
  let sent = 0;
  let chunks = 0;
  for (const round of [0, 1]) {
    for (const chunk of crowd({ tagSets, round, fields: ['a', 'b'], padding: PADDING })) {
      sent += chunk.length;
      await child.write(chunk);
      if (chunks++ % LOOK_EVERY === 0) anonymous = Math.max(anonymous, anonymousMemory(child.pid));
    }
  }
  await child.until('all is out', () => bytes === sent);
  const before = figures.length;
  await child.until('it tells its figures', () => figures.length > before);
  anonymous = Math.max(anonymous, anonymousMemory(child.pid));
  child.kill('SIGKILL');
  await child.exit();
  t.strictSame([...child.logged('W! '), ...child.logged('E! ')], []);
  const points = splitPoints(figures);
  const of = (field: string) => points.map((point) => Number.parseInt(valueText(point, field) ?? '', 10));
  return {
    anonymous,
    accounted: Math.max(...of('memory_bytes')),
    limit: of('memory_limit_bytes').at(-1)!,
    coldRows: of('cold_rows').at(-1)!,
  };
}

t.test('a million tag sets of two fields under a cap of 64 MiB', { timeout: 900_000 }, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const state = `path = "${path}"\nmemory = "64MiB"`;
  const { anonymous, accounted, limit, coldRows } = await taken(t, state, 'zscore', TAG_SETS);
  t.equal(limit, CAP);
  t.ok(accounted <= CAP, `${accounted} bytes by our own account`);
  t.ok(accounted > CAP / 2, 'which are used');
  t.ok(anonymous <= CAP + BESIDE, `${anonymous} bytes by the system's`);
  t.ok(coldRows > TAG_SETS, `${coldRows} rows are cold`);
});

t.test('and without one', { timeout: 900_000 }, async (t) => {
  const { anonymous, accounted } = await taken(t, 'store = "memory"', 'zscore', TAG_SETS);
  t.ok(accounted > 2 * CAP, `${accounted} bytes by our own account`);
  t.ok(anonymous > CAP + BESIDE, `${anonymous} bytes by the system's`);
});

t.test('the default detector, with its budget, under that cap', { timeout: 900_000 }, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const state = `path = "${path}"\nmemory = "64MiB"`;
  const { anonymous, accounted, coldRows } = await taken(t, state, 'baseline', FEWER_TAG_SETS);
  t.ok(accounted <= CAP, `${accounted} bytes by our own account`);
  t.ok(accounted > CAP / 2, 'which are used');
  t.ok(anonymous <= CAP + BESIDE, `${anonymous} bytes by the system's`);
  t.ok(coldRows > FEWER_TAG_SETS, `${coldRows} rows are cold`);
});
