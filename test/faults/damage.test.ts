/** A store's file that gives back other bytes than were written: what is whole stays, the rest is learned anew. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { uniform } from '../../src/math/random.ts';
import type { Child } from '../support/child.ts';
import { headerOf, type Kept } from '../support/kept.ts';
import { chunks, expected, keptIn, LAST, LOAD, pass, startAt } from '../support/known.ts';

const FLIPS = 6;
/** A page has 4 KiB, a row two floats of header and three of the z-score. */
const ROWS_PER_PAGE = 4096 / 40;
const SEED = 11;

/** A state that a child has left, and the bytes of its file. */
async function learned(t: Test) {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const child = await startAt(t, path);
  await pass(t, child, 0, LAST);
  t.equal((await child.end()).code, 0);
  const file = join(path, 'store', 'state.mdb');
  return { path, file, bytes: readFileSync(file) };
}

/** Nothing that is damaged is thrown away. */
function isSetAside(path: string): boolean {
  return readdirSync(path, { encoding: 'utf8', recursive: true }).some((name) => name.includes('.damaged-'));
}

/** A line each, less what we add to it: the numbers of the time and the values. */
function bare(text: string): string {
  return text.replaceAll(/,anomaly\w*=("[^"]*"|[^ ,]*)/g, '');
}

/** Gives the rest of the stream to a child, whatever it still knows, and answers what the store has then. */
async function goOn(t: Test, path: string): Promise<{ child: Child; kept: Kept }> {
  const child = await startAt(t, path);
  const input = Buffer.concat(chunks.slice(LAST));
  await child.write(input);
  await child.until('all is out', () => child.output.length >= input.length);
  t.equal((await child.end()).code, 0);
  t.ok(bare(child.text) === input.toString(), 'every point is out');
  t.strictSame(child.logged('E! '), []);
  return { child, kept: await keptIn(path) };
}

t.test('a file that was cut short is set aside', async (t) => {
  const { path, file, bytes } = await learned(t);
  truncateSync(file, bytes.length >> 1);
  const { child } = await goOn(t, path);
  t.equal(child.logged('W! ').length, 1);
  t.match(child.logged('W! ')[0], /STATE_DAMAGED: .*cut short.*learned anew/);
  t.ok(isSetAside(path));
});

t.test('a bit that has turned over in a row costs the rows of its page', async (t) => {
  const { path, file, bytes } = await learned(t);
  const { rows } = await keptIn(path);
  const [row] = rows.values();
  // Older copies may lie about.
  for (let at = bytes.indexOf(row!); at >= 0; at = bytes.indexOf(row!, at + 1)) bytes[at + 20]! ^= 1;
  writeFileSync(file, bytes);
  const { child, kept } = await goOn(t, path);
  t.equal(child.logged('W! ').length, 1);
  t.match(child.logged('W! ')[0], /STATE_DAMAGED: 1 pages/);
  t.strictSame(kept.wrong, []);
  t.equal(kept.rows.size, expected.rows.size);
  const lost = [...expected.rows].filter(([name, row]) => !kept.rows.get(name)!.equals(row));
  t.ok(lost.length > 1 && lost.length <= ROWS_PER_PAGE, `${lost.length} rows have begun anew`);
});

t.test('whatever bits have turned over, the points flow and the next state is whole', async (t) => {
  const { path, file, bytes } = await learned(t);
  let setAside = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    const damaged = Buffer.from(bytes);
    for (let bit = 0; bit < 2 ** (flip % 4); bit++) {
      damaged[Math.floor(uniform(SEED, flip, bit) * bytes.length)]! ^= 1 << (bit % 8);
    }
    rmSync(path, { recursive: true });
    mkdirSync(join(path, 'store'), { recursive: true });
    writeFileSync(file, damaged);
    const { child, kept } = await goOn(t, path);
    for (const line of child.logged('W! ')) t.match(line, /STATE_DAMAGED: /);
    if (isSetAside(path)) {
      setAside++;
      t.ok(child.logged('W! ').length > 0, 'it is told');
      continue;
    }
    const counts = [...kept.rows.values()].map((row) => headerOf(row).count);
    const whole = counts.filter((count) => count === LOAD.rounds).length;
    // A bit in the key of a branch of LMDB's tree hides all that hangs from it.
    const told = child.logged('W! ').length > 0;
    t.ok(
      whole > 0.8 * expected.rows.size || told,
      `${whole} of ${expected.rows.size} rows are as they should be`,
    );
  }
  t.comment(`${setAside} of ${FLIPS} files were set aside`);
});
