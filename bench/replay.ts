/** `replay` of a file beside `run` behind a pipe: the same road, the same bytes. Both keep their state in memory. */
import { writeFileSync } from 'node:fs';
import { CLI, timeAlone, timeBehindPipe } from './support/child.ts';
import { CACHE, dataFile } from './support/data.ts';
import { plain } from './support/lines.ts';
import { interleave, median, quick } from './support/measure.ts';
import { heading, note, table } from './support/report.ts';

const TAG_SETS = 10_000;
const POINTS = quick ? 300_000 : 2_000_000;
const ROUNDS = quick ? 3 : 7;
const CONFIGS = {
  'z-score': 'threshold = 6.0\naccept_after = "0s"\ncounter = "off"\n',
  baseline: '',
};

heading(
  'Replay',
  `${POINTS.toLocaleString('en-US')} points of two floats, ${ROUNDS} rounds, start-up included.`,
);
const file = dataFile('plain', plain, TAG_SETS, POINTS);
const rows: [string, string, number, number, number][] = [];
for (const [detector, options] of Object.entries(CONFIGS)) {
  const config = `${CACHE}replay-${detector}.toml`;
  const name = detector.replace('-', '');
  writeFileSync(config, `[state]\nstore = "memory"\n[[detectors.${name}]]\n${options}`);
  const timings = await interleave(ROUNDS, {
    run: () => timeBehindPipe(file, [...CLI, 'run', '--config', config]),
    replay: () => timeAlone([...CLI, 'replay', '--config', config, file]),
  });
  for (const [command, taken] of Object.entries(timings)) {
    const ratio = median(taken.map(({ seconds }, round) => timings.run[round]!.seconds / seconds));
    const cpu = median(taken.map((timing) => timing.cpu));
    rows.push([detector, command, POINTS / median(taken.map(({ seconds }) => seconds)), cpu, ratio]);
  }
}
table(['detector', 'command', 'points/s', 'CPU s', 'speed against run'], rows);
note('`cat FILE \\| run > /dev/null` and `replay FILE > /dev/null`. Replay should keep 0.9 of the speed.');
