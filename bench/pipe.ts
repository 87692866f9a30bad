/** The program end to end over a pipe, between what could be cheaper and cannot be right. */
import { writeFileSync } from 'node:fs';
import { inMemory, PROGRAM, peer, type Timing, timeBehindPipe } from './support/child.ts';
import { CACHE, dataFile } from './support/data.ts';
import { cpu, type MakeLine, plain } from './support/lines.ts';
import { interleave, median, quick } from './support/measure.ts';
import { digits, heading, note, table } from './support/report.ts';

const TAG_SETS = 10_000;
const ROUNDS = quick ? 3 : 7;

const asItComes = [...PROGRAM, '--config', inMemory('default detector')];
const candidates: Record<string, readonly string[]> = {
  cat: ['cat'],
  'Node, passing through': peer('pass'),
  'bare sketch of a z-score': peer('sketch'),
  'telegraf-anomaly, z-score': [...PROGRAM, '--config', inMemory('z-score')],
  'telegraf-anomaly, as it comes': asItComes,
};

async function measure(kind: string, name: string, make: MakeLine, points: number): Promise<void> {
  const file = dataFile(name, make, TAG_SETS, points);
  const timings = await interleave(
    ROUNDS,
    Object.fromEntries(
      Object.entries(candidates).map(([title, command]) => [title, () => timeBehindPipe(file, command)]),
    ),
  );
  const sketch = timings['bare sketch of a z-score']!;
  note(`${digits(points)} points of ${kind}, ${digits(TAG_SETS)} tag sets, ${ROUNDS} rounds:`);
  table(
    ['`cat FILE \\| X > /dev/null`', 'points/s', 'CPU s', 'CPU µs a point', 'speed against the sketch'],
    Object.entries(timings).map(([title, taken]) => {
      const cpuSeconds = median(taken.map((timing) => timing.cpu));
      const ratio = median(taken.map(({ seconds }, round) => sketch[round]!.seconds / seconds));
      return [
        title,
        points / median(taken.map(({ seconds }) => seconds)),
        cpuSeconds,
        (cpuSeconds * 1e6) / points,
        ratio,
      ];
    }),
  );
}

heading(
  'End to end over a pipe',
  'From the start of the process to its end, so the start-up of Node.js and of the program too.',
);
await measure('two floats', 'plain', plain, quick ? 500_000 : 2_000_000);
await measure("Telegraf's cpu input, ten floats", 'cpu', cpu, quick ? 100_000 : 500_000);

const empty = `${CACHE}empty`;
writeFileSync(empty, '');
const starts: Timing[] = Array.from({ length: ROUNDS }, () => timeBehindPipe(empty, asItComes));
note(
  `Of this the start-up of telegraf-anomaly is ${digits(median(starts.map(({ seconds }) => seconds)) * 1000)} ms, ` +
    `${digits(median(starts.map((timing) => timing.cpu)) * 1000)} ms of CPU.`,
);
