/** What is written down is what the points say that come out, and they do not depend on it. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { plugins } from '../../plugins/all.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { Pipeline } from '../../src/pipeline.ts';
import { Recorder } from '../../src/report/recorder.ts';
import { Hot } from '../../src/state/hot.ts';
import { ROOT } from '../support/parts.ts';

const SILENT = createLog('error', { write: () => {} });

async function run(t: Test, toml: string, input: Buffer, recorded: boolean) {
  const { config } = await loadConfig(`${t.testdir({ 'a.toml': toml })}/a.toml`, plugins);
  const hot = new Hot();
  const recorder = new Recorder(hot);
  const pipeline = new Pipeline(config!, SILENT, hot, recorded ? recorder.observe : undefined);
  const output: Buffer[] = [];
  for (let at = 0; at < input.length; at += 65_536)
    output.push(Buffer.from(await pipeline.process(input.subarray(at, at + 65_536))));
  output.push(Buffer.from(await pipeline.end()));
  return { text: Buffer.concat(output).toString(), recordings: recorder.recordings, counts: pipeline.counts };
}

t.test('of a recording: every flagged value, its score and its band', async (t) => {
  const input = gunzipSync(readFileSync(`${ROOT}examples/demo/recording.influx.gz`));
  const toml = readFileSync(`${ROOT}examples/demo/anomaly.toml`, 'utf8');
  const plain = await run(t, toml, input, false);
  const { text, recordings, counts } = await run(t, toml, input, true);
  t.ok(text === plain.text, 'the output is the same');
  t.strictSame(plain.recordings, []);
  t.equal(
    recordings.reduce((sum, { count }) => sum + count, 0),
    counts.values,
  );
  t.equal(
    recordings.reduce((sum, { alarms }) => sum + alarms.length, 0),
    counts.alarms,
  );
  let checked = 0;
  for (const line of text.split('\n')) {
    const found =
      /^(.*),anomaly=(\w+),anomaly_detector=(\w+) .*anomaly_score=([^,]+),.*anomaly_threshold=([^,]+),anomaly_fields="(\w+)",anomaly_reason=".* is ([^,]+), expected (\S+) \((\S+) to (\S+)\)" (\d+)$/.exec(
        line,
      );
    if (found === null) continue;
    const [, tagSet, level, detector, score, threshold, field, value, expected, lower, upper, time] = found;
    const recording = recordings.find(
      (one) => one.tagSet === tagSet && one.field === field && one.detector === detector,
    )!;
    const at = recording.time.indexOf(Number(time) / 1e9);
    const same = (a: number, b: string | undefined) =>
      Math.abs(a - Number(b)) <= 1e-4 * Math.abs(Number(b)) + 1e-6;
    const equal =
      recording.level[at] === (level === 'critical' ? 2 : 1) &&
      same(recording.strangeness[at]!, String(Math.abs(Number(score)) / Number(threshold))) &&
      same(recording.value[at]!, value) &&
      same(recording.expected[at]!, expected) &&
      same(recording.lower[at]!, lower) &&
      same(recording.upper[at]!, upper);
    if (!equal) t.fail(`${line.slice(-200)} is not what was recorded at ${at}`);
    checked++;
  }
  for (const { tagSet, field, count, expected } of recordings) {
    const known = expected.subarray(0, count).filter((value) => !Number.isNaN(value)).length;
    t.ok(known > 0.9 * count, `${tagSet} ${field}: of ${count} values ${known} were expected`);
  }
  t.ok(checked > 300, `${checked} flagged points were compared`);
});

t.test('with scores on every point, and events, the output is the same, too', async (t) => {
  const lines = Array.from(
    { length: 3000 },
    (_, i) => `m,host=a v=${i % 1000 === 900 ? 50 : (i * 7919) % 13} ${i * 60}000000000\n`,
  );
  for (const options of [
    'score_fields = true',
    'annotate = "events"',
    'score_fields = true\nhold = true\nmin_deviation = 3',
  ])
    for (const detector of ['zscore', 'baseline', 'spot']) {
      const toml = `[[detectors.${detector}]]\n${options}\n`;
      const plain = await run(t, toml, Buffer.from(lines.join('')), false);
      const observed = await run(t, toml, Buffer.from(lines.join('')), true);
      t.ok(observed.text === plain.text, `${detector} ${options}`);
      t.equal(observed.recordings[0]?.count, 3000);
    }
});

t.test('a counter begins afresh as what it turned out to be', async (t) => {
  const lines = Array.from({ length: 300 }, (_, i) => `m v=${i * 1000 + (i % 7)}i ${i * 10}000000000\n`);
  const { recordings } = await run(t, '[[detectors.zscore]]\n', Buffer.from(lines.join('')), true);
  t.equal(recordings.length, 1);
  t.equal(recordings[0]!.quantity, 'the rise of v a second');
  t.ok(recordings[0]!.count > 150 && recordings[0]!.count < 250, `${recordings[0]!.count} values`);
  t.ok(recordings[0]!.value[50]! < 200, 'a rise, and no counter');
});
