/** What users copy: the configs that we ship must be right as they stand, and work together. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import t from 'tap';
import { isFlagged, splitPoints, valueText } from './support/line-protocol.ts';
import { BUILD_MILLISECONDS, ROOT, telegrafPart } from './support/parts.ts';
import { PROGRAM, Telegraf } from './support/telegraf.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();
const telegrafConf = readFileSync(`${ROOT}telegraf.conf.example`, 'utf8');
const anomalyToml = readFileSync(`${ROOT}examples/anomaly.toml`, 'utf8');

/** Of each example, from the package's root: what Telegraf reads, and beside it what we read. */
const folders = readdirSync(`${ROOT}examples`, { recursive: true, encoding: 'utf8' })
  .filter((file) => basename(file) === 'telegraf.conf' && !file.startsWith('demo'))
  .map((file) => `examples/${dirname(file)}`);
t.strictSame(
  folders.sort(),
  ['agent', 'kafka-to-influxdb', 'two-layers/agent', 'two-layers/central'].map((name) => `examples/${name}`),
);

for (const file of ['telegraf.conf.example', ...folders.map((folder) => `${folder}/telegraf.conf`)]) {
  t.test(`${file} passes Telegraf’s own check`, options, async (t) => {
    const check = ['config', 'check', '--strict-env-handling', '--config', file];
    const checked = spawnSync(path, check, { cwd: ROOT, env: { INFLUX_TOKEN: 'token' }, encoding: 'utf8' });
    t.equal(checked.status, 0, checked.stderr);
    t.notMatch(checked.stderr, / [EW]! /, 'without an error or a warning');
  });
}

for (const file of ['examples/anomaly.toml', ...folders.map((folder) => `${folder}/anomaly.toml`)]) {
  t.test(`${file} passes our check`, async (t) => {
    const [program, ...cli] = [...PROGRAM.slice(0, 2), 'check', '--config', file];
    const checked = spawnSync(program!, cli, { cwd: ROOT, encoding: 'utf8' });
    t.equal(checked.status, 0, checked.stderr);
    t.equal(checked.stderr, '', 'without a warning');
  });
}

/** The table of that header, up to the next one. */
function table(config: string, header: string): string {
  const from = config.indexOf(`\n${header}\n`);
  if (from < 0) throw new Error(`${header} is not there`);
  return config.slice(from + 1).split('\n[[')[0]!;
}

const snippet = /```toml\n( *\[\[processors\.execd\]\][^`]*)```/.exec(
  readFileSync(`${ROOT}README.md`, 'utf8'),
);
const AGENT = '[agent]\n  skip_processors_after_aggregators = true\n';
const configs = [
  ['telegraf.conf.example', table(telegrafConf, '[agent]'), table(telegrafConf, '[[processors.execd]]')],
  ['README.md', AGENT, snippet?.[1] ?? ''],
  ...folders.map((folder): [string, string, string] => {
    const config = readFileSync(`${ROOT}${folder}/telegraf.conf`, 'utf8');
    return [`${folder}/telegraf.conf`, table(config, '[agent]'), table(config, '[[processors.execd]]')];
  }),
] as const;
for (const [file, agent, processor] of configs) {
  t.test(`the processor of ${file} works with examples/anomaly.toml`, options, async (t) => {
    const ours = processor.replace(/command = \[[^\]]*\]/, `command = ${JSON.stringify(PROGRAM)}`);
    t.not(ours, processor, 'its command is the one to replace');
    const disk = Array.from({ length: 100 }, (_, at) => {
      const used = at === 90 ? 99 : 10 + (at % 7) / 10;
      return `disk,device=sda1,host=a used_percent=${used} ${1_767_225_600 + 10 * at}000000000\n`;
    });
    const telegraf = new Telegraf(t, path, {
      config: `${agent}\n  precision = "1ns"
[[inputs.file]]
  files = ["in.influx"]
${ours}
[[outputs.file]]
  files = ["out.influx"]
`,
      files: { 'in.influx': disk.join(''), 'anomaly.toml': anomalyToml },
      arguments: ['--once'],
    });
    t.equal(await telegraf.end(), 0);
    t.strictSame(telegraf.log('E'), [], 'no error in the log');
    t.strictSame(telegraf.log('W'), [], 'no warning either');
    const points = splitPoints(telegraf.output());
    t.equal(points.length, disk.length);
    const flagged = points.filter(isFlagged);
    t.equal(flagged.length, 1);
    t.equal(valueText(flagged[0]!, 'used_percent'), '99');
    t.equal(valueText(flagged[0]!, 'anomaly_detector'), 'disk');
  });
}
