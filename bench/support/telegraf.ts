/** Telegraf with one processor, between a file and nothing, timed by its own counters. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './data.ts';

/** Shares of the points between which the time is taken: neither the start nor the end of anything is in it. */
const FROM = 0.1;
const TO = 0.95;
/** Nothing that works is silent for so long. */
const PATIENCE_MILLISECONDS = 30_000;

/** The path of Telegraf: of the environment's TELEGRAF, or what `npm run telegraf` has built; undefined without. */
export function telegrafPath(): string | undefined {
  const path = process.env.TELEGRAF ?? `${ROOT}.cache/telegraf-1.37.2/telegraf`;
  return existsSync(path) ? path : undefined;
}

/**
 * The source goes on living after its last line, and so does everything behind it: a child's exit can lose
 * what is still in its pipe. Telegraf's count of the points that reach the output comes every 100 ms, with the
 * time at which it was read.
 */
function config(file: string, processor: readonly string[]): string {
  return `
[agent]
  interval = "100ms"
  round_interval = false
  precision = "1ms"
  flush_interval = "100ms"
  metric_batch_size = 5000
  metric_buffer_limit = 100000
  omit_hostname = true
[[inputs.execd]]
  command = ["sh", "-c", "cat ${file}; exec sleep 1000"]
  signal = "none"
  data_format = "influx"
[[inputs.internal]]
  collect_memstats = false
  namepass = ["internal_write"]
  [inputs.internal.tagpass]
    output = ["discard"]
${processor.length === 0 ? '' : `[[processors.execd]]\n  command = ${JSON.stringify(processor)}\n  namedrop = ["internal_write"]`}
[[outputs.discard]]
  namedrop = ["internal_write"]
[[outputs.file]]
  files = ["stdout"]
  namepass = ["internal_write"]
  metric_batch_size = 1
`;
}

/**
 * Points a second through `processor`, a command; without one when it is empty. Throws when one is lost.
 * @param apart Telegraf and its source have the first core and the processor the second
 */
export async function pointsPerSecond(
  telegraf: string,
  processor: readonly string[],
  file: string,
  points: number,
  apart: boolean,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-telegraf-'));
  const on = (core: string): string[] => (apart ? ['taskset', '--cpu-list', core] : []);
  const placed = processor.length === 0 ? [] : [...on('1'), ...processor];
  writeFileSync(join(directory, 'telegraf.conf'), config(file, placed));
  // A process group of its own, so that one signal ends Telegraf and its children.
  const command = [...on('0'), telegraf, '--config', 'telegraf.conf', '--quiet', '--strict-env-handling'];
  const running = spawn(command[0]!, command.slice(1), {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => process.kill(-running.pid!, 'SIGKILL');
  process.once('exit', kill);
  let patience = setTimeout(kill, PATIENCE_MILLISECONDS);
  const samples: { count: number; seconds: number }[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    const [, count, time] = /metrics_added=(\d+)i.* (\d+)$/.exec(line) ?? [];
    if (count === undefined) continue;
    const last = samples.at(-1)?.count;
    samples.push({ count: Number(count), seconds: Number(time) / 1e9 });
    if (Number(count) === last) continue;
    clearTimeout(patience);
    patience = setTimeout(kill, PATIENCE_MILLISECONDS);
    if (Number(count) >= points) break;
  }
  clearTimeout(patience);
  process.removeListener('exit', kill);
  kill();
  rmSync(directory, { recursive: true });
  const arrived = samples.at(-1)?.count ?? 0;
  if (arrived !== points)
    throw new Error(`${arrived} of ${points} points came through ${processor.join(' ')}`);
  const first = samples.find(({ count }) => count >= FROM * points)!;
  const last = samples.findLast(({ count }) => count <= TO * points)!;
  return (last.count - first.count) / (last.seconds - first.seconds);
}
