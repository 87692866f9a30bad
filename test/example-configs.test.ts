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

t.test('the example’s agent and processor work with examples/anomaly.toml', options, async (t) => {
  const [agent, processor] = ['[agent]', '[[processors.execd]]'].map((header) => {
    const from = telegrafConf.indexOf(`\n${header}\n`);
    t.ok(from > 0, `${header} is there`);
    const end = telegrafConf.indexOf('\n[[', from + 1);
    return telegrafConf.slice(from, end);
  });
  const ours = processor!.replace(/command = \[[^\]]*\]/, `command = ${JSON.stringify(PROGRAM)}`);
  t.not(ours, processor, 'its command is the one to replace');

  const cpu = Array.from({ length: 100 }, (_, at) => {
    const busy = at === 90 ? 99 : 10 + (at % 7) / 10;
    return `cpu,cpu=cpu-total,host=a usage_user=${busy},usage_idle=${100 - busy} ${1_767_225_600 + 10 * at}000000000\n`;
  });
  const telegraf = new Telegraf(t, path, {
    config: `${agent}\n  precision = "1ns"
[[inputs.file]]
  files = ["in.influx"]
${ours}
[[outputs.file]]
  files = ["out.influx"]
`,
    files: { 'in.influx': cpu.join(''), 'anomaly.toml': anomalyToml },
    arguments: ['--once'],
  });
  t.equal(await telegraf.end(), 0);
  t.strictSame(telegraf.log('E'), [], 'no error in the log');
  t.strictSame(telegraf.log('W'), [], 'no warning either');
  const points = splitPoints(telegraf.output());
  t.equal(points.length, cpu.length);
  const flagged = points.filter(isFlagged);
  t.equal(flagged.length, 1);
  t.equal(valueText(flagged[0]!, 'usage_user'), '99');
  t.equal(valueText(flagged[0]!, 'anomaly_detector'), 'cpu');
});
