/** The pipes between Telegraf and the program: every byte, whatever happens at either end. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { Child } from './support/child.ts';

/** Milliseconds after which Telegraf sends SIGTERM to a child whose stdin it has closed. */
const TELEGRAF_WAITS = 5000;
/** What a pipe holds. */
const PIPE_BYTES = 64 << 10;

/** Its score is the change since the last value, so that it shows what has been learned. */
const STEP = `export default {
  name: 'step', version: 1, threshold: 1000,
  options: ({ z }) => z.object({}),
  create: () => ({
    width: 2,
    score: ({ f64 }, at, _time, value) => (f64[at] === 0 ? 0 : value - f64[at + 1]),
    learn: ({ f64 }, at, _time, value) => { f64[at] = 1; f64[at + 1] = value; },
  }),
};`;
const files = {
  'step.js': STEP,
  'anomaly.toml':
    '[agent]\n  log_level = "debug"\n[[detectors.step]]\n  module = "./step.js"\n  threshold = 1000.0\n',
};

const START = 1_767_225_600_000_000_000n;

/** Ten points and some lines that are none; its last line is `lastLine(round)`. */
function everything(round: number): string {
  const time = START + BigInt(round) * 1000n;
  const jumps = round % 5 === 4 ? 50_000 : 1;
  return [
    `cpu,host=a,zone=b usage=${50 + (round % 7)},n=${round}i ${time}`,
    `log,host=a msg="two\nlines, \\"quoted\\", a=1 1 \\\\",n=${round}i ${time}`,
    `we\\,ird\\ name,ta\\ g=va\\=lue,path=C:\\dir fi\\ eld=1.${round},b=t ${time}`,
    `this is no point ${round}`,
    `mem,host=a used=${jumps},free=0.000${round} ${time}`,
    `text,host=温度 s="",ok=true ${time}`,
    `trap s="\nmem,host=a used=99999 ${time}\n",used=${jumps}u ${time}`,
    '',
    `# mem,host=a used=99999 ${time}`,
    `old a=-1.5e3,b=9223372036854775807i -${time}`,
    `now,round=${round % 3} a=1`,
    `wide ${Array.from({ length: 6 }, (_, at) => `f${at}=${round + at}`).join(',')} ${time}`,
    lastLine(round),
  ].join('\n');
}

function lastLine(round: number): string {
  return `last,host=a round=${round} ${START + BigInt(round) * 1000n}\n`;
}

t.test('a read may end at any byte', async (t) => {
  const rounds = Buffer.byteLength(everything(100));
  const texts = Array.from({ length: rounds }, (_, round) => Buffer.from(everything(100 + round)));
  const last = Buffer.from(lastLine(99 + rounds));

  const whole = await Child.start(t, { files });
  await whole.write(Buffer.concat(texts));
  await whole.until('all is out', () => whole.output.subarray(-last.length).equals(last));
  const flagged = whole.text.match(/,anomaly=warning/g)?.length;
  t.equal(flagged, 4 * Math.floor(rounds / 5), 'two points up, and two down again, in five rounds');

  // What comes out of a round shows that the head of the next, which was in the same write, has been read too.
  const pieces = await Child.start(t, { files });
  let length = 0;
  for (const [at, text] of texts.entries()) {
    const before = at === 0 ? Buffer.alloc(0) : texts[at - 1]!.subarray(at - 1);
    await pieces.write(Buffer.concat([before, text.subarray(0, at)]));
    if (at === 0) continue;
    const end = Buffer.from(lastLine(99 + at));
    await pieces.until(`round ${at} is out`, () => pieces.output.includes(end, length));
    length = pieces.output.length;
  }
  await pieces.write(texts.at(-1)!.subarray(rounds - 1));
  await pieces.until('all is out', () => pieces.output.subarray(-last.length).equals(last));
  t.ok(pieces.output.equals(whole.output));
  t.ok(pieces.logged('W! ').length > 0, 'the lines that are no points are told of');
});

t.test('every point is out before the next begins', async (t) => {
  const child = await Child.start(t, { files });
  let written = '';
  for (const point of ['m a=1 1\n', 'm s="x\ny\\"",a=2 2\n', 'no point\n', 'm,t=\\ x a=3\n', 'm a=4 4\n']) {
    for (const byte of Buffer.from(point)) {
      await child.write(Buffer.of(byte));
      // Nearly every byte is then a read of its own.
      await delay(1);
    }
    written += point;
    await child.until(`${point} is out`, () => child.text === written);
  }
});

t.test(
  'a line that the end of stdin cuts off comes out as it came, and nothing is learned from it',
  async (t) => {
    const child = await Child.start(t, { files });
    const text = `m a=1 ${START}\nm a=20000 ${START + 1n}\nm a=90000 ${String(START + 2n).slice(0, -4)}`;
    await child.write(text);
    const { code } = await child.end();
    t.equal(code, 0);
    t.match(child.text, /^m a=1 \d+\nm,anomaly=warning.* a=20000,.*\nm a=90000 176722560000000$/);
    t.match(child.logged('I! ').at(-1), /after 2 points: 1 rows, 2 values scored/);
  },
);

t.test('signals are left to Telegraf while stdin is open', async (t) => {
  const child = await Child.start(t, { files });
  let written = '';
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    for (const text of [`m,before=${signal} a=1 1\n`, `m,after=${signal} a=1 1\n`]) {
      await child.write(text);
      written += text;
      await child.until(`${text} is out`, () => child.text === written);
      child.kill(signal);
    }
  }
  t.equal((await child.end()).code, 0);
  t.equal(child.text, written);
});

t.test('the program ends when nobody reads its points any more', async (t) => {
  const child = await Child.start(t, { files });
  await child.write('m a=1 1\n');
  await child.until('a point is out', () => child.output.length > 0);
  child.closeOutput();
  await child.write('m a=1 2\n');
  t.equal((await child.exit()).code, 0);
  t.same(child.logged('E! '), []);
});

t.test('it ends so too while it waits for its reader', async (t) => {
  const child = await Child.start(t, { files, unread: true });
  const writing = child.write('m a=1 1\n'.repeat(200_000));
  await t.rejects(
    Promise.all([
      writing,
      (async () => {
        await delay(300);
        child.closeOutput();
      })(),
    ]),
  );
  t.equal((await child.exit()).code, 0);
  t.same(child.logged('E! '), []);
});

t.test('a million points: back-pressure both ways, in little memory, every byte in order', async (t) => {
  const POINTS = 1_000_000;
  const BLOCK = 1000;
  const sent = createHash('sha256');
  const received = createHash('sha256');
  let bytesSent = 0;
  let bytesReceived = 0;
  const child = await Child.start(t, {
    unread: true,
    receive: (chunk) => {
      received.update(chunk);
      bytesReceived += chunk.length;
    },
  });
  const block = (from: number) => {
    let text = '';
    for (let i = from; i < from + BLOCK; i++) {
      const time = START + BigInt(i) * 1_000_000n;
      text += `order,host=host${i % 100},rack=r${i % 10},region=eu-west-1 sequence=${i}i,usage=50.25,free=12345678 ${time}\n`;
    }
    return Buffer.from(text);
  };
  const writing = (async () => {
    for (let i = 0; i < POINTS; i += BLOCK) {
      const bytes = block(i);
      sent.update(bytes);
      await child.write(bytes);
      bytesSent += bytes.length;
    }
  })();

  let seen = -1;
  let since = 0;
  await child.until('the writer blocks', () => {
    if (bytesSent !== seen) since = performance.now();
    seen = bytesSent;
    return bytesSent > 0 && performance.now() - since > 400;
  });
  t.ok(bytesSent < 8 * PIPE_BYTES, `${bytesSent} bytes taken that nobody had read`);

  child.read();
  await writing;
  await child.until('all is out', () => bytesReceived >= bytesSent);
  t.ok(bytesSent > 100e6, `${bytesSent} bytes`);
  t.ok(child.peakMemory < 160 << 20, `${child.peakMemory >> 20} MiB`);
  t.equal((await child.end()).code, 0);
  t.equal(bytesReceived, bytesSent);
  t.equal(received.digest('hex'), sent.digest('hex'));
  t.match(
    child.logged('I! ').at(-1),
    /after 1000000 points: 300 rows, 3000000 values scored, 0 points flagged/,
  );
});

t.test('a log that nobody reads holds no point up', async (t) => {
  const child = await Child.start(t, { files, fullLog: true });
  let written = '';
  for (let i = 0; i < 5; i++) {
    const text = `no point\nm a=1 ${i}\n`;
    await child.write(text.repeat(100));
    written += text.repeat(100);
    await child.until('the points are out', () => child.text === written);
    // One line a second is told of.
    await delay(250);
  }
  const ended = performance.now();
  t.equal((await child.end()).code, 0);
  t.ok(performance.now() - ended < TELEGRAF_WAITS);
});

t.test('what the log could not take at once comes later', async (t) => {
  const child = await Child.start(t, { files, fullLog: true });
  await child.write('no point\nm a=1 1\n');
  await child.until('the point is out', () => child.output.length > 0);
  child.readLog();
  await child.until('the log is there', () => child.logged('W! ').length === 1);
});

t.test('a log whose reader is gone is no reason to stop', async (t) => {
  const child = await Child.start(t, { files });
  child.closeLog();
  await child.write('no point\nm a=1 1\n');
  await child.until('the point is out', () => child.output.length > 10);
  await child.write('m a=1 2\n');
  t.equal((await child.end()).code, 0);
  t.equal(child.text, 'no point\nm a=1 1\nm a=1 2\n');
});

t.test('Telegraf, which reads no more when the child is gone, has the time to read all', async (t) => {
  t.test('a quick reader', async (t) => {
    const child = await Child.start(t, { files });
    await child.write('m a=1 1\n'.repeat(50_000));
    const { at, code } = await child.end();
    t.equal(code, 0);
    t.equal(child.output.length, 8 * 50_000);
    t.ok(at - child.lastByteAt >= 250, `stayed for ${at - child.lastByteAt} ms`);
    t.ok(
      child.outputEndedAt > 0 && at - child.outputEndedAt >= 250,
      'and its end of the pipe was closed first',
    );
  });

  for (const [name, bytes] of [
    ['a slow reader of a burst that the pipe can hold', PIPE_BYTES - 1000],
    ['a slow reader of a burst a little too large for the pipe', PIPE_BYTES + 1000],
    ['a slow reader of a pipe that is kept full', 5 * PIPE_BYTES],
  ] as const) {
    t.test(name, async (t) => {
      const child = await Child.start(t, { files, unread: true });
      const points = Math.floor(bytes / 8);
      const writing = child.write('m a=1 1\n'.repeat(points));
      const reading = child.readSlowly(100_000);
      await writing;
      const ended = performance.now();
      const { at, code } = await child.end();
      await reading;
      t.equal(code, 0);
      t.equal(child.output.length, 8 * points);
      t.ok(at - ended < TELEGRAF_WAITS, `gone ${at - ended} ms after the end of stdin`);
    });
  }
});

t.test('long lines pass byte for byte', async (t) => {
  const child = await Child.start(t, { files });
  const string = (bytes: number) => 'long, "wide"\n'.repeat(bytes / 13).replaceAll('"', '\\"');
  let written = '';
  for (const line of [
    `m s="${string(1e6)}",a=1 1\n`,
    `m s="${string(8e6)}",a=2 2\n`,
    `m ${Array.from({ length: 1000 }, (_, at) => `${'field'.repeat(200)}_${at}=${at}`).join(',')} 3\n`,
    `${'x'.repeat(1e6)}\n`,
    'm a=4 4\n',
  ]) {
    await child.write(line);
    written += line;
    await child.until('the line is out', () => child.output.length >= written.length);
    t.ok(child.text === written);
  }
  t.equal((await child.end()).code, 0);
});

t.test('whatever Telegraf can send comes out as it came', async (t) => {
  const child = await Child.start(t, { files });
  const bytes = Buffer.concat([
    Buffer.from('m,anomaly=critical,anomaly_detector=x a=1,anomaly_score=9,anomaly_reason="r" 1\n'),
    Buffer.from('m,t=\0 a=1,\0b=2 2\n\0\0\0\n'),
    Buffer.from('m a=1\nm a=2 -9223372036854775806\nm a=3 9223372036854775806\nm a=4 99999999999999999999\n'),
    Buffer.from([0xff, 0xfe, 0x80, 0x20, 0x61, 0x3d, 0x31, 0x0a]),
    Buffer.from(
      'm a=1 1\r\n\r\n   \n\t\n,\n=\nm \nm a=\nm a=1,\nm a=NaN 1\nm a=1e400 1\nm a=+1 1\n"\n#c\n\\\n',
    ),
    Buffer.from('m s="never closed\nm a=1 7\n'),
  ]);
  await child.write(bytes);
  t.equal((await child.end()).code, 0);
  t.ok(child.output.equals(bytes), child.text);
});
