/** A report of a million points in a real browser: its size, and how soon something is drawn. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Browser } from './support/browser.ts';
import { CLI } from './support/child.ts';
import { CACHE, dataFile, ROOT } from './support/data.ts';
import { plain } from './support/lines.ts';
import { median, quick } from './support/measure.ts';
import { heading, note, table } from './support/report.ts';

const VALUES = quick ? 100_000 : 1_000_000;
const ROUNDS = quick ? 3 : 7;

const { status, stdout, stderr } = spawnSync('bash', [`${ROOT}scripts/get-chromium.sh`], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(stderr);
const chromium = stdout.trim();

mkdirSync(CACHE, { recursive: true });
const config = `${CACHE}report.toml`;
writeFileSync(config, '[[detectors.zscore]]\nthreshold = 4.0\ncounter = "off"\nfieldinclude = ["busy"]\n');

heading(
  'Report',
  `${VALUES.toLocaleString('en-US')} values and their bands, in ${ROUNDS} fresh browsers each.`,
);
const rows: [string, number, number, number, number, number][] = [];
for (const series of [1, 1000]) {
  const file = dataFile('plain', plain, series, VALUES);
  const page = `${CACHE}report-${series}-${VALUES}.html`;
  const [node, ...argv] = [...CLI, 'replay', '--quiet', '--config', config, '--report', page, file];
  const began = performance.now();
  const made = spawnSync(node!, argv, { encoding: 'utf8' });
  const seconds = (performance.now() - began) / 1000;
  if (made.status !== 0) throw new Error(made.stderr);
  const opened: number[] = [];
  const redrawn: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const browser = await Browser.open(chromium);
    const tab = await browser.report(page);
    // From the begin of the navigation, as the page itself counts.
    opened.push(await tab.evaluate("performance.getEntriesByName('drawn')[0].startTime"));
    redrawn.push(
      await tab.evaluate(`new Promise((resolve) => {
        const began = performance.now();
        const { time } = chosen.columns;
        chosen.plot.hooks.draw.push(() => resolve(performance.now() - began));
        zoom(time[0], time.at(-2));
      })`),
    );
    await browser.close();
  }
  const megabytes = statSync(page).size / 1e6;
  const packed = gzipSync(readFileSync(page)).length / 1e6;
  rows.push([
    series === 1 ? 'one series' : `${series} series`,
    megabytes,
    packed,
    seconds,
    median(opened),
    median(redrawn),
  ]);
}
table(
  ['of', 'page, MB', 'packed, MB', 'replay and report, s', 'first drawing, ms', 'all of it drawn again, ms'],
  rows,
);
note('First drawing: from the begin of the navigation, with the page read from disk and its code compiled.');
