/** What users copy: the configs that we ship must be right as they stand, and work together. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { isFlagged, splitPoints, valueText } from './support/line-protocol.ts';
import { BUILD_MILLISECONDS, ROOT, telegrafPart } from './support/parts.ts';
import { PROGRAM, Telegraf } from './support/telegraf.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();
const telegrafConf = readFileSync(`${ROOT}telegraf.conf.example`, 'utf8');
const anomalyToml = readFileSync(`${ROOT}examples/anomaly.toml`, 'utf8');

t.test('telegraf.conf.example passes Telegraf’s own check', options, async (t) => {
  const checked = spawnSync(path, ['config', 'check', '--config', 'telegraf.conf.example'], {
    cwd: ROOT,
    env: { INFLUX_TOKEN: 'token' },
    encoding: 'utf8',
  });
  t.equal(checked.status, 0, checked.stderr);
  t.notMatch(checked.stderr, / E! /);
});

t.test('examples/anomaly.toml passes our check', async (t) => {
  const checked = spawnSync(
    process.execPath,
    ['dist/src/cli.js', 'check', '--config', 'examples/anomaly.toml'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  t.equal(checked.status, 0, checked.stderr);
});

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
