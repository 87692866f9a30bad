/** `check`: says all that is wrong with a config, or what it does. */

import { quote } from '../config/explain.ts';
import { codeFrame, type Problem, whereIs } from '../config/problem.ts';
import { type DetectorConfig, loadConfig, type PluginTable } from '../config.ts';
import type { Policy } from '../policy.ts';

/** Writes to stdout; answers the exit code. */
export async function check({ config: file, plugins }: { config: string | undefined; plugins: PluginTable }) {
  const { config, problems, text } = await loadConfig(file, plugins);
  for (const problem of problems) print(problemBlock(problem, text));
  if (config === undefined) {
    print(`${count(problems.length, 'problem')}; with this config "run" passes every point on unscored`);
    return 1;
  }
  print(`${file ?? 'the defaults'}: ${count(config.detectors.length, 'detector')}`);
  for (const row of columns(config.detectors.map(cells))) print(`  ${row}`);
  return 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function problemBlock(problem: Problem, text: string): string {
  const severity = problem.severity === 'warning' ? 'warning ' : '';
  const line = `${whereIs(problem)}: ${severity}${problem.code} ${problem.reason}`;
  return problem.place === undefined ? line : `${line}\n${codeFrame(text, problem.place)}\n`;
}

function cells({ detector, policy }: DetectorConfig): string[] {
  const { alias, threshold, max_false_alarms, direction, prepare, counter } = policy;
  const limit = threshold === undefined ? max_false_alarms : `threshold ${threshold}`;
  const prepared = prepare === 'none' ? '' : `, prepare = ${quote(prepare)}`;
  const raw = counter === 'off' ? ', counter = "off"' : '';
  const limits = `${limit}${direction === 'both' ? '' : ` ${direction}`}`;
  return [alias, detector.name, limits, `${watched(policy)}${prepared || raw}`];
}

function watched(policy: Policy): string {
  const { namepass, namedrop, tagpass, tagdrop, fieldinclude, fieldexclude } = policy;
  const lists = Object.entries({ namepass, namedrop }).concat(
    Object.entries(tagpass).map(([tag, list]) => [`tagpass.${tag}`, list]),
    Object.entries(tagdrop).map(([tag, list]) => [`tagdrop.${tag}`, list]),
    Object.entries({ fieldinclude, fieldexclude }),
  );
  const said = lists.filter(([key, list]) => list.length > 0 || key.startsWith('tag'));
  return said.map(([key, list]) => `${key} = ${quote(list)}`).join(', ') || 'every numeric field';
}

/** Rows of cells, each column as wide as its widest cell. */
function columns(rows: readonly string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
}
