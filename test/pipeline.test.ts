import fc from 'fast-check';
import t from 'tap';
import { cut, point } from './support/arbitrary.ts';
import { serialize } from './support/points.ts';
import { identity, now, roadOf } from './support/road.ts';

const places = fc.array(fc.nat(5000), { maxLength: 8 });

t.test('any bytes in come out again, however they are cut', async () => {
  const noise = fc
    .array(fc.constantFrom(...'m a=1,"\\\n\n#t.-ie'), { maxLength: 400 })
    .map((all) => Buffer.from(all.join('')));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 500 }).map((a) => Buffer.from(a)),
        noise,
      ),
      places,
      (bytes, at) => {
        const { pipeline } = roadOf([{ policy: { threshold: Number.POSITIVE_INFINITY } }]);
        const out = cut(bytes, at).map((piece) => Buffer.from(now(pipeline.process(piece))));
        return Buffer.concat([...out, Buffer.from(now(pipeline.end()))]).equals(bytes);
      },
    ),
    { numRuns: 3000 },
  );
});

t.test('where the stream is cut changes nothing, annotations included', async () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), places, (points, at) => {
      const bytes = Buffer.from(points.map(serialize).join(''));
      const whole = roadOf([{ policy: { threshold: 1 } }]);
      const expected = whole.pass(bytes) + whole.end();
      const pieces = roadOf([{ policy: { threshold: 1 } }]);
      return pieces.pass(...cut(bytes, at)) + pieces.end() === expected;
    }),
    { numRuns: 1000 },
  );
});

t.test('what is out after some pieces is what is out after all of them at once', async () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 3 }), places, (points, at) => {
      const { pass } = roadOf([{ policy: { threshold: 1 } }]);
      let given = Buffer.alloc(0);
      let out = '';
      return cut(Buffer.from(points.map(serialize).join('')), at).every((piece) => {
        given = Buffer.concat([given, piece]);
        out += pass(piece);
        return out === roadOf([{ policy: { threshold: 1 } }]).pass(given);
      });
    }),
    { numRuns: 150 },
  );
});

t.test('nothing is held back but the point that has no end yet', async (t) => {
  const { pass, end } = roadOf();
  t.equal(pass('m a=1 1\nm a=2'), 'm a=1 1\n');
  t.equal(pass(' 2\nm s="x'), 'm a=2 2\n');
  t.equal(pass('\nm a=3 3\n'), '');
  t.equal(pass('" 3\n'), 'm s="x\nm a=3 3\n" 3\n');
  t.equal(end(), '');
});

t.test('a line cut off by the end is passed on but not learned from', async (t) => {
  const { pass, end, counts } = roadOf();
  pass('m a=1 1700000000000000000\nm a=1 17');
  t.equal(end(), 'm a=1 17');
  t.same([counts.values, counts.restarted], [1, 0]);
});

t.test('at the end a string that was never closed holds nothing up', async (t) => {
  const { pass, end, counts } = roadOf();
  t.equal(pass('m s="open\nm a=2 2\nm a=30 3\n'), '');
  t.match(end(), /^m s="open\nm a=2 2\nm,anomaly=warning.*\n$/);
  t.same([counts.points, counts.malformed], [2, 1]);
});

t.test('a string that is never closed is given up when it grows too large', async (t) => {
  const { pipeline, counts } = roadOf();
  let out = 0;
  let given = 0;
  const give = (text: string) => {
    given += text.length;
    out += now(pipeline.process(Buffer.from(text))).length;
  };
  give('m s="open\n');
  for (let i = 0; i < 40; i++) give(`m a=1 ${i}\nx b=${'0'.repeat(1 << 20)}\n`);
  t.equal(counts.malformed, 1);
  t.ok(counts.points > 60, 'the points behind it are read again');
  t.ok(given - out < 2 << 20);
  out += now(pipeline.end()).length;
  t.equal(out, given);
});

t.test('a line that never ends goes on as it comes, and the next one is read', async (t) => {
  const { pipeline, counts } = roadOf();
  const piece = Buffer.alloc(1 << 20, 'y');
  let out = 0;
  for (let i = 0; i < 50; i++) out += now(pipeline.process(piece)).length;
  t.ok(out > 30 << 20);
  out += now(pipeline.process(Buffer.from('end\nm a=1 1\n'))).length;
  t.equal(out, (50 << 20) + 12);
  t.equal(counts.points, 1);
});

t.test('lines of a megabyte, NUL bytes and other noise', async (t) => {
  const { pass, counts } = roadOf();
  const text = `m s="${'long '.repeat(200_000)}",a=1 1\n\0\0\0\nm,t=\0x a=2 2\nm a=2 2\n`;
  const chunks = [];
  for (let i = 0; i < text.length; i += 65536) chunks.push(text.slice(i, i + 65536));
  t.equal(pass(...chunks), text);
  t.same([counts.points, counts.values, counts.malformed], [3, 3, 1]);
});

t.test('malformed lines are passed on, counted, and told of once', async (t) => {
  const { pass, log, counts } = roadOf();
  const text = 'm a=1 1\nthis is no point\nnor\x07this\nm a=2 2\n';
  t.equal(pass(text), text);
  t.same([counts.points, counts.malformed], [2, 2]);
  pass('bad\n'.repeat(1000));
  t.equal(counts.malformed, 1002);
  t.same(log.lines, ['W! MALFORMED: 2 line(s) passed on unread, the first: this is no point']);
});

t.test('an error on the road itself costs no point', async (t) => {
  const { pipeline, pass, counts, log } = roadOf();
  const watch = pipeline.watches[0]!;
  const { reset } = watch;
  watch.reset = () => {
    throw new Error('a bug of ours');
  };
  t.equal(pass('m a=99 1\nm a=2'), 'm a=99 1\n');
  t.match(log.lines[0], /^E! ROAD_FAILED: Error: a bug of ours/);
  t.ok(counts.failures > 0);
  watch.reset = reset;
  t.match(pass('9 2\n'), /^m,anomaly=warning/, 'and the next block is scored again');
});

t.test('an instance may need no row of its own', async (t) => {
  const { pass } = roadOf([{ instance: { ...identity, width: 0, learn: () => {} } }]);
  t.match(pass('m a=20 1\n'), 'anomaly=warning');
});
