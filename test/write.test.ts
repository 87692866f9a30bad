import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { Writer } from '../src/write.ts';

t.test('a write that went out at once costs no wait', async (t) => {
  const taken: string[] = [];
  const writer = new Writer(
    new Writable({
      write: (chunk, _, done) => done(taken.push(String(chunk)) > 9 ? new Error('too many') : null),
    }),
  );
  t.equal(writer.write(Buffer.from('one')), undefined);
  t.equal(writer.write(Buffer.alloc(0)), undefined);
  t.same(taken, ['one'], 'and nothing is not written');
});

/** A stream whose reader takes `pause` milliseconds for a write; 0 takes it at once. */
function streamOf(pause: { milliseconds: number }) {
  return new Writable({
    highWaterMark: 1,
    write: (_chunk, _, done) => {
      if (pause.milliseconds === 0) done();
      else setTimeout(pause.milliseconds).then(() => done());
    },
  });
}

t.test('a slow reader is waited for', async (t) => {
  const slow = streamOf({ milliseconds: 20 });
  const waiting = new Writer(slow).write(Buffer.alloc(64 << 10));
  t.type(waiting, Promise);
  await waiting;
  t.equal(slow.writableLength, 0);
});

t.test('the linger grows with the slowness of the reader, up to a limit', async (t) => {
  const pause = { milliseconds: 0 };
  const writer = new Writer(streamOf(pause));
  const least = writer.linger;
  t.ok(least >= 650 && least <= 1500, 'a full pipe at 100 KB/s');
  await writer.write(Buffer.alloc(64 << 10));
  t.equal(writer.linger, least);

  pause.milliseconds = 20;
  await writer.write(Buffer.alloc(64 << 10));
  const first = writer.linger - least;
  t.ok(first >= 16 * 19, 'for all that is known, a sixteenth of the pipe was read meanwhile');
  await writer.write(Buffer.alloc(64 << 10));
  const second = writer.linger - least;
  t.ok(second >= 19 && second < first, 'from one full pipe to the next it is all of it');

  pause.milliseconds = 0;
  await writer.write(Buffer.from('small'));
  t.equal(writer.linger - least, second, 'a write that went out at once says nothing');
  pause.milliseconds = 200;
  await writer.write(Buffer.alloc(64 << 10));
  t.equal(writer.linger, 3000);
});
