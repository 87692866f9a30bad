/** Every format of the state that the program has ever written is read by the program of today. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FORMAT } from '../src/state/catalog.ts';
import { Child, CLI } from './support/child.ts';
import { ROOT } from './support/parts.ts';

const STATES = join(ROOT, 'test', 'fixtures', 'state');

/** A copy of the state, or only of its config. */
function copyOf(t: Test, state: string, part = ''): string {
  const copy = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(copy, { recursive: true }));
  cpSync(join(STATES, state, part), join(copy, part), { recursive: true });
  return copy;
}

function linesOf(state: string, file: string): string[] {
  return readFileSync(join(STATES, state, file), 'utf8')
    .trimEnd()
    .split('\n');
}

/** The program as it was installed, without what the runner of the tests puts into the environment. */
function listed(directory: string): string[] {
  const argv = [CLI, 'state', 'list', '--json', '--config', join(directory, 'anomaly.toml')];
  return execFileSync(process.execPath, argv, { env: {}, encoding: 'utf8' }).trimEnd().split('\n');
}

/** Which of the lines come out flagged. */
async function flagged(t: Test, directory: string, lines: readonly string[]): Promise<number> {
  const child = await Child.start(t, { arguments: ['--config', join(directory, 'anomaly.toml')] });
  await child.write(`${lines.join('\n')}\n`);
  t.equal((await child.end()).code, 0);
  t.strictSame([...child.logged('E! '), ...child.logged('W! ')], []);
  const out = child.text.trimEnd().split('\n');
  t.equal(out.length, lines.length);
  return out.filter((line) => line.includes(',anomaly=')).length;
}

t.ok(readdirSync(STATES).includes(`format-${FORMAT}`), 'npm run fixture makes the one of today');
for (const state of readdirSync(STATES)) {
  t.test(state, async (t) => {
    const steady = linesOf(state, 'steady.influx');
    const spikes = linesOf(state, 'spikes.influx');
    const directory = copyOf(t, state);
    t.strictSame(listed(directory).sort(), linesOf(state, 'series.jsonl').sort());
    t.equal(await flagged(t, directory, steady), 0, 'a usual value is not flagged');
    t.equal(await flagged(t, directory, spikes), spikes.length, 'one that is far off is, at once');
    t.equal(await flagged(t, directory, spikes), 0, 'and not again, since its time is known');
    const after = listed(directory).map((line) => JSON.parse(line));
    const before = linesOf(state, 'series.jsonl').map((line) => JSON.parse(line));
    t.strictSame(
      after.map(({ count }) => count),
      before.map(({ count }) => count + 2),
    );
    const empty = copyOf(t, state, 'anomaly.toml');
    t.equal(await flagged(t, empty, [...steady, ...spikes]), 0, 'without the state nothing is');
  });
}
