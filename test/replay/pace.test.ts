import t from 'tap';
import { paced, timeBefore } from '../../src/replay/pace.ts';

async function* chunksOf(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

t.test('the timestamp of a line', async (t) => {
  const cases: [line: string, time: number | undefined][] = [
    ['m v=1 1700000000000000000', 1_700_000_000_000],
    ['m v=1 -2000000', -2],
    ['m v=1', undefined],
    ['m v=1 ', undefined],
    ['', undefined],
    ['1', undefined],
    ['m v=x12', undefined],
  ];
  for (const [line, time] of cases) {
    const found = timeBefore(Buffer.from(`${line}\n`), line.length);
    if (time === undefined) t.equal(found, undefined, line);
    else t.ok(Math.abs(found! - time) < 1, line);
  }
});

t.test('no point comes before its time, and none is changed', async (t) => {
  const lines = Array.from(
    { length: 8 },
    (_, i) => `m v=${i} ${1_700_000_000_000_000_000n + BigInt(i) * 1_000_000_000n}\n`,
  );
  const text = `${lines.join('')}m v=9 1\nno time\nhalf a li`;
  const began = performance.now();
  let came = '';
  for await (const bytes of paced(chunksOf(text.slice(0, 70), text.slice(70, 71), text.slice(71)), 20)) {
    came += Buffer.from(bytes);
    const latest = Math.floor(came.split('\n').length - 2);
    const due = (Math.min(latest, 7) * 1000) / 20;
    t.ok(performance.now() - began >= due - 5, `${latest} after ${performance.now() - began} ms`);
  }
  t.equal(came, text);
});

t.test('nobody waits any more', async (t) => {
  const stop = new AbortController();
  const text = 'm v=1 1\nm v=2 9000000000000000000\n';
  let came = '';
  for await (const bytes of paced(chunksOf(text), 1, stop.signal)) {
    came += Buffer.from(bytes);
    stop.abort();
  }
  t.equal(came, text);
});
