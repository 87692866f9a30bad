import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import t from 'tap';
import { Recording } from '../../src/report/recording.ts';
import { writeReport } from '../../src/report/write.ts';

function recording(tagSet: string, count: number, peak: number, level: number): Recording {
  const made = new Recording(tagSet, 'v', 'zscore', 'v');
  for (let i = 0; i < count; i++) {
    const strange = i === 10;
    const band = i < 5 ? undefined : [i, i - 1, i + 1];
    made.add({
      time: 1.7e9 + 0.1 * i,
      value: i / 3,
      band,
      strangeness: strange ? peak : 0.1,
      level: strange ? level : 0,
    });
  }
  return made;
}

/** What the page's script is given. */
function read(file: string) {
  const html = readFileSync(file, 'utf8');
  const [, json] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)!;
  const blobs = [...html.matchAll(/id="series-\d+">([^<]*)</g)].map(([, text]) =>
    inflateRawSync(Buffer.from(text!, 'base64')),
  );
  return { html, data: JSON.parse(json!), blobs };
}

t.test('one page that asks for nothing, the strangest series first', async (t) => {
  const dir = t.testdir({});
  const file = join(dir, 'a.html');
  const recordings = [
    recording('quiet', 20, 3, 0),
    recording('a</script>,host=x', 20, 2, 1),
    recording('empty', 0, 0, 0),
    recording('worst', 20, 5, 2),
  ];
  const labels = new Map([['worst', [[1, 2] as const]]]);
  const written = writeReport(file, recordings, { title: 'a & <b>', labels });
  const { html, data, blobs } = read(file);
  t.match(written, { series: 3, points: 60, shown: 60, bytes: Buffer.byteLength(html) });
  t.notMatch(
    html,
    /\b(src|href)=|@import|https?:\/\/(?!www\.w3\.org|github\.com)/,
    'nothing comes from elsewhere',
  );
  t.match(html, '<title>a &#38; &#60;b&#62;</title>');
  t.match(data.series, [
    { tag_set: 'worst', strangest: 5, alarms: [[10, 10, 10, 2]], windows: [[1, 2]] },
    { tag_set: 'a</script>,host=x', strangest: 2, alarms: [[10, 10, 10, 1]], windows: [] },
    { tag_set: 'quiet', strangest: 3, strangest_alarm: 0, alarms: [] },
  ]);
  const [worst] = blobs;
  t.equal(worst!.length, 33 * 20);
  t.equal(worst!.readDoubleLE(0), 1.7e9);
  let time = 0;
  for (let i = 0; i < 20; i++) {
    time += worst!.readDoubleLE(8 * i);
    t.equal(time, 1.7e9 + 0.1 * i, 'times are exact');
  }
  t.equal(worst!.readDoubleLE(8 * 20 + 8 * 7), 7 / 3);
  t.ok(Number.isNaN(worst!.readFloatLE(16 * 20)), 'no band yet');
  t.equal(worst!.readFloatLE(24 * 20 + 4 * 7), 8);
  t.equal(worst![32 * 20 + 10], 2);
});

t.test('more points than are wanted are thinned, the alarms stay where they are', async (t) => {
  const file = join(t.testdir({}), 'a.html');
  const made = recording('m', 10_000, 4, 1);
  const { points, shown } = writeReport(file, [made], { title: 'a', labels: new Map(), most: 500 });
  t.equal(points, 10_000);
  t.ok(shown > 200 && shown < 600, `${shown} shown`);
  const { data, blobs } = read(file);
  const [first] = data.series[0].alarms[0];
  t.equal(blobs[0]![32 * shown + first], 1);
  t.equal(blobs[0]!.readDoubleLE(8 * shown + 8 * first), 10 / 3);
});

t.test('a clock that was set back', async (t) => {
  const file = join(t.testdir({}), 'a.html');
  const made = new Recording('m', 'v', 'zscore', 'v');
  for (const time of [5, 6, 1, 2]) made.add({ time, value: time, band: undefined, strangeness: 0, level: 0 });
  writeReport(file, [made], { title: 'a', labels: new Map() });
  const [blob] = read(file).blobs;
  t.strictSame(
    [0, 1, 2, 3].map((at) => blob!.readDoubleLE(32 + 8 * at)),
    [1, 2, 5, 6],
  );
});

t.test('a page that cannot be written leaves nothing', async (t) => {
  const dir = t.testdir({ taken: {} });
  t.throws(() => writeReport(join(dir, 'taken'), [], { title: 'a', labels: new Map() }), { code: 'EISDIR' });
  t.strictSame(readdirSync(dir), ['taken']);
  t.notOk(existsSync(join(dir, 'away')));
});
