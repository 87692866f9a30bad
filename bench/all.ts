/** `npm run bench`: every bench in order, each in a process of its own. `--write` puts the tables into docs/benchmarks.md. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOT } from './support/data.ts';
import { quick } from './support/measure.ts';
import { machine } from './support/report.ts';

const BENCHES = ['parse', 'detect', 'prepare', 'pipe', 'telegraf', 'memory', 'store', 'state'];
const DOCUMENT = `${ROOT}docs/benchmarks.md`;
const BEGIN = '<!-- begin: written by npm run bench -- --write -->\n';
const END = '<!-- end -->\n';

const write = process.argv.includes('--write');
if (write && quick)
  throw new Error('figures of a --quick run are not for the docs: leave one of the two away');

let report = `Measured on ${machine()}, ${new Date().toISOString().slice(0, 10)}.\n\n`;
process.stdout.write(report);
for (const name of BENCHES) {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [path, ...process.argv.slice(2)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the bench "${name}" failed`);
  process.stdout.write(stdout);
  report += stdout;
}
if (write) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has lost its markers`);
  writeFileSync(DOCUMENT, text.slice(0, begin + BEGIN.length) + report + text.slice(end));
}
