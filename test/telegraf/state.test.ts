/**
 * What was learned, under a live Telegraf: through restarts, kill -9 and changes of the config, and when two want the
 * same directory.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { untilSaved } from '../support/known.ts';
import { isFlagged, parsePoint, splitPoints, valueText } from '../support/line-protocol.ts';
import { BUILD_MILLISECONDS, telegrafPart } from '../support/parts.ts';
import { type LogLine, Telegraf } from '../support/telegraf.ts';
import { AGENT, execd, OUTPUT, SKIP_AGGREGATES } from '../support/telegraf-once.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = telegrafPart();

const HOSTS = 5;
/** Points of a host until it is scored. */
const WARMUP = 20;
/** A round that follows on everything else. */
const LATER = 1000;
const FIRST_SECOND = 1_767_225_600;

/** Of a fifth of a second each. */
const MOST_TRIES = 100;

const TABLE = '[[detectors.zscore]]\n  warmup = 10\n  counter = "off"\n';
const DETECTOR = `${TABLE}  threshold = 6\n`;

/** A source that outlives the Telegrafs that read it, and a place for the state that outlives them too. */
class Surroundings {
  readonly state: string;
  /** Points sent by now. */
  sent = 0;
  readonly #pipe: string;
  readonly #descriptor: number;
  #round: number;

  /** @param round of the first points: one second each */
  constructor(t: Test, state?: string, round = 0) {
    const directory = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
    this.state = state ?? join(directory, 'state');
    this.#round = round;
    this.#pipe = join(directory, 'points');
    const { status, stderr } = spawnSync('mkfifo', [this.#pipe], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    // With both ends in one hand there is no end of the stream.
    this.#descriptor = openSync(this.#pipe, 'r+');
    t.teardown(() => {
      closeSync(this.#descriptor);
      rmSync(directory, { recursive: true });
    });
  }

  /** A live Telegraf that reads the source, its child with these tables after [state]. */
  start(t: Test, { agent = '', detector = DETECTOR } = {}): Telegraf {
    // It ends with its stdin, as Telegraf wants it to.
    const command = JSON.stringify(['sh', '-c', `cat '${this.#pipe}' & read end; kill $!`]);
    const input = `[[inputs.execd]]\n  command = ${command}\n  signal = "none"\n  data_format = "influx"\n`;
    return new Telegraf(t, path, {
      config: AGENT + SKIP_AGGREGATES + input + execd() + OUTPUT,
      files: { 'anomaly.toml': this.config({ agent, detector }) },
    });
  }

  config({ agent = '', detector = DETECTOR }): string {
    return `[agent]\n${agent}\n[state]\n  path = "${this.state}"\n  snapshot_interval = "100ms"\n${detector}`;
  }

  /** Sends a round of points, of usual values or one that is far off, and waits for them at the output. */
  async send(telegraf: Telegraf, rounds = 1, off = 0): Promise<string[]> {
    const before = pointsOf(telegraf).length;
    let lines = '';
    for (let i = 0; i < rounds; i++, this.#round++) {
      for (let host = 0; host < HOSTS; host++) {
        const value = 50 + ((host + 7 * this.#round) % 10) / 10 + off;
        lines += `cpu,host=h${host} usage=${value} ${FIRST_SECOND + this.#round}000000000\n`;
      }
    }
    writeSync(this.#descriptor, lines);
    this.sent += rounds * HOSTS;
    await telegraf.until('the points are out', () => pointsOf(telegraf).length >= before + rounds * HOSTS);
    return pointsOf(telegraf).slice(before);
  }

  /** Sends usual values until it has done what they are sent for: a change of the config waits for the next point. */
  async sendUntil(telegraf: Telegraf, done: () => boolean): Promise<void> {
    for (let tries = 0; !done(); tries++) {
      if (tries === MOST_TRIES) throw new Error(`nothing has happened in ${tries} rounds`);
      await this.send(telegraf);
    }
  }

  async spikes(telegraf: Telegraf): Promise<number> {
    return (await this.send(telegraf, 1, 1000)).filter(isFlagged).length;
  }
}

/** What has come out of what was sent. */
function pointsOf(telegraf: Telegraf): string[] {
  const text = telegraf.output();
  return splitPoints(text.slice(0, text.lastIndexOf('\n') + 1)).filter((line) => line.startsWith('cpu,'));
}

/** The child's lines of that level that hold this text. */
function told(telegraf: Telegraf, level: string, part = ''): string[] {
  return telegraf
    .log(level, '[telegraf-anomaly]')
    .map(({ text }) => text)
    .filter((text) => text.includes(part));
}

/** What Telegraf's log has against us. */
function ours(telegraf: Telegraf): LogLine[] {
  return telegraf.log('E', 'processors.execd');
}

function killAll(telegraf: Telegraf): void {
  const children = telegraf.children('cli.js');
  telegraf.signal('SIGKILL');
  for (const { pid } of children) process.kill(pid, 'SIGKILL');
}

t.test('a spike right after a restart is flagged', options, async (t) => {
  const around = new Surroundings(t);
  await t.test('before', async (t) => {
    const telegraf = around.start(t);
    t.equal((await around.send(telegraf, WARMUP)).filter(isFlagged).length, 0);
    t.equal(await telegraf.stop(), 0);
    t.strictSame(ours(telegraf), []);
  });
  await t.test('after', async (t) => {
    const telegraf = around.start(t);
    t.equal(await around.spikes(telegraf), HOSTS);
    t.equal(await telegraf.stop(), 0);
    t.strictSame(ours(telegraf), []);
  });
});

t.test('and so is one after kill -9 of Telegraf and its child', options, async (t) => {
  const around = new Surroundings(t);
  await t.test('before', async (t) => {
    const telegraf = around.start(t);
    await around.send(telegraf, WARMUP);
    await untilSaved(around.state);
    killAll(telegraf);
    await telegraf.end();
  });
  await t.test('after', async (t) => {
    const telegraf = around.start(t);
    t.equal(await around.spikes(telegraf), HOSTS);
    t.equal(await telegraf.stop(), 0);
    t.strictSame(ours(telegraf), [], "the lock of the dead is in nobody's way");
  });
});

t.test('of two Telegrafs at one directory the second only passes points', options, async (t) => {
  const around = new Surroundings(t);
  const others = new Surroundings(t, around.state, LATER);
  await t.test('the first', async (t) => {
    const first = around.start(t);
    await around.send(first, WARMUP);
    const [holder] = first.children('cli.js');
    await t.test('the second', async (t) => {
      const second = others.start(t);
      await others.send(second, 2 * WARMUP);
      const [busy, ...more] = told(second, 'E');
      t.match(busy, new RegExp(`LOCK_BUSY: .* process ${holder!.pid};.*in memory only`));
      t.strictSame(more, []);
      t.equal(await others.spikes(second), HOSTS, 'it learns for itself');
      t.equal((await around.send(first)).length, HOSTS, 'the first is not disturbed');
      t.equal(await first.stop(), 0);
      t.strictSame(ours(first), []);

      const [old] = second.children('cli.js');
      process.kill(old!.pid, 'SIGKILL');
      await second.until('it has another child', () =>
        second.children('cli.js').some(({ pid }) => pid !== old!.pid),
      );
      t.equal(await others.spikes(second), HOSTS, 'the next child has what the first one has left');
      t.equal(await second.stop(), 0);
      t.equal(told(second, 'E').length, 1);
    });
  });
});

t.test('a directory that gets free while it is waited for', options, async (t) => {
  const around = new Surroundings(t);
  const others = new Surroundings(t, around.state, LATER);
  await t.test('the first', async (t) => {
    const first = around.start(t);
    await around.send(first, WARMUP);
    await untilSaved(around.state);
    await t.test('the second', async (t) => {
      const second = others.start(t);
      await second.until('its child is there', () => second.children('cli.js').length > 0);
      killAll(first);
      t.equal(await others.spikes(second), HOSTS);
      t.equal(await second.stop(), 0);
      t.strictSame(told(second, 'E'), []);
    });
  });
});

t.test('a change of the config is followed without a restart', options, async (t) => {
  const around = new Surroundings(t);
  const telegraf = around.start(t, { detector: `${TABLE}  threshold = 1e9\n` });
  const file = join(telegraf.directory, 'anomaly.toml');
  await around.send(telegraf, WARMUP);
  t.equal(await around.spikes(telegraf), 0);
  await around.send(telegraf, WARMUP);
  const [child] = telegraf.children('cli.js');

  writeFileSync(file, around.config({ detector: `${TABLE}  threshold = 3\n` }));
  await around.sendUntil(telegraf, () => told(telegraf, 'I', 'the config has changed').length === 1);
  t.equal(await around.spikes(telegraf), HOSTS, 'with what was learned before');

  writeFileSync(file, around.config({ detector: `${TABLE}  thresold = 1e9\n` }));
  await around.sendUntil(telegraf, () => told(telegraf, 'E').length > 0);
  t.equal(await around.spikes(telegraf), HOSTS, 'the old one stays');
  t.match(told(telegraf, 'E').join('\n'), /^.*CONFIG_REFUSED: .*thresold.*$/, 'one line says so');

  writeFileSync(file, around.config({ detector: `${TABLE}  threshold = 1e9\n` }));
  await around.sendUntil(telegraf, () => told(telegraf, 'I', 'the config has changed').length === 2);
  t.equal(await around.spikes(telegraf), 0, 'and it can be mended');
  t.strictSame(telegraf.children('cli.js'), [child], 'all in one process');
  t.equal(await telegraf.stop(), 0);
  t.equal(ours(telegraf).length, 1);
});

t.test('our own figures arrive among the points', options, async (t) => {
  const around = new Surroundings(t);
  const telegraf = around.start(t, { agent: '  stats_interval = "500ms"' });
  const figures = () =>
    splitPoints(telegraf.output().replace(/[^\n]*$/, '')).filter((line) =>
      line.startsWith('internal_anomaly,'),
    );
  await around.send(telegraf, WARMUP);
  await around.spikes(telegraf);
  const last = await telegraf.until('they tell of all', () =>
    figures().find((line) => valueText(line, 'flagged') === `${HOSTS}i`),
  );
  const before = figures().length;
  await telegraf.until('they come again', () => figures().length > before + 1);
  t.equal(valueText(last, 'points'), `${around.sent}i`);
  // One row of the detector for each series, and one of the judge, who knows when an alarm has begun.
  t.equal(valueText(last, 'hot_rows'), `${2 * HOSTS}i`);
  t.strictSame(
    parsePoint(last).tags.map(([key]) => key),
    ['config', 'host', 'store'],
  );
  t.equal(await telegraf.stop(), 0);
  t.strictSame(ours(telegraf), []);
  t.equal(pointsOf(telegraf).length, around.sent, "and in nobody's place");
});
