/** `replay` of a file beside `run` behind a pipe: the same road, the same bytes. Both keep their state in memory. */
import { writeFileSync } from 'node:fs';
import { CLI, inMemory, PROGRAM, timeAlone, timeBehindPipe } from './support/child.ts';
import { CACHE, dataFile } from './support/data.ts';
import { plain } from './support/lines.ts';
import { interleave, median, quick } from './support/measure.ts';
import { heading, note, table } from './support/report.ts';

const TAG_SETS = 10_000;
const POINTS = quick ? 300_000 : 2_000_000;
const ROUNDS = quick ? 3 : 7;

const file = dataFile('plain', plain, TAG_SETS, POINTS);
const empty = `${CACHE}empty`;
writeFileSync(empty, '');

heading('Replay', `${POINTS.toLocaleString('en-US')} points of two floats, ${ROUNDS} rounds.`);
const rows: [string, string, number, number, number, number][] = [];
for (const detector of ['z-score', 'default detector'] as const) {
  const config = inMemory(detector);
  const run = (input: string) => () => timeBehindPipe(input, [...PROGRAM, '--config', config]);
  const replay = (input: string) => () => timeAlone([...CLI, 'replay', '--config', config, input]);
  const taken = await interleave(ROUNDS, {
    run: run(file),
    replay: replay(file),
    'run of nothing': run(empty),
    'replay of nothing': replay(empty),
  });
  /** Without the start-up: seconds, and CPU seconds. */
  const work = (command: 'run' | 'replay', what: 'seconds' | 'cpu') =>
    taken[command].map((timing, round) => timing[what] - taken[`${command} of nothing`][round]![what]);
  for (const command of ['run', 'replay'] as const) {
    const ratio = (what: 'seconds' | 'cpu') =>
      median(work(command, what).map((own, round) => work('run', what)[round]! / own));
    const start = median(taken[`${command} of nothing`].map(({ seconds }) => seconds));
    rows.push([
      detector,
      command,
      POINTS / median(work(command, 'seconds')),
      start,
      ratio('seconds'),
      ratio('cpu'),
    ]);
  }
}
table(['detector', 'command', 'points/s', 'start-up, s', 'speed against run', 'the same by CPU time'], rows);
note(
  '`cat FILE | run > /dev/null` and `replay FILE > /dev/null`, less what each takes for an empty file. Replay should keep 0.9 of the speed.',
);
