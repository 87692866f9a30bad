/**
 * The program in its place: a processors.execd of a real Telegraf.
 *
 * usage: node dist/bench/telegraf.js [--quick] [--apart]
 *
 * `--apart`: Telegraf has one core and the processor another, as where cores are not short.
 */
import { inMemory, PROGRAM, peer } from './support/child.ts';
import { dataFile } from './support/data.ts';
import { plain } from './support/lines.ts';
import { interleave, median, quick } from './support/measure.ts';
import { digits, heading, note, table } from './support/report.ts';
import { pointsPerSecond, telegrafPath } from './support/telegraf.ts';

const TAG_SETS = 10_000;
const POINTS = quick ? 300_000 : 1_000_000;
const ROUNDS = quick ? 2 : 5;
const APART = process.argv.includes('--apart');

const processors: Record<string, readonly string[]> = {
  'no processor': [],
  cat: ['cat'],
  'Node, passing through': peer('pass'),
  'telegraf-anomaly, z-score': [...PROGRAM, '--config', inMemory('z-score')],
  'telegraf-anomaly, as it comes': [...PROGRAM, '--config', inMemory('default detector')],
};

heading(
  'Through Telegraf',
  '`inputs.execd` (`cat` of a file) → `processors.execd` → `outputs.discard`, batches of 5,000: points that reach the ' +
    'output, by the counter and the clock of `inputs.internal`, from 10 % of the points to 95 %.',
);
const telegraf = telegrafPath();
if (telegraf === undefined) {
  note('Skipped: there is no Telegraf. `npm run telegraf` builds one; or set TELEGRAF to the path of yours.');
} else {
  const file = dataFile('plain', plain, TAG_SETS, POINTS);
  const speeds = await interleave(
    ROUNDS,
    Object.fromEntries(
      Object.entries(processors).map(([title, command]) => [
        title,
        () => pointsPerSecond(telegraf, command, file, POINTS, APART),
      ]),
    ),
  );
  note(
    `${digits(POINTS)} points of two floats, ${digits(TAG_SETS)} tag sets, ${ROUNDS} rounds${APART ? ', Telegraf on one core and the processor on another' : ''}:`,
  );
  table(
    ['processors.execd', 'points/s', 'speed against cat'],
    Object.entries(speeds).map(([title, found]) => [
      title,
      median(found),
      median(found.map((speed, round) => speed / speeds.cat![round]!)),
    ]),
  );
}
