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

t.test('a slow reader is waited for, and the linger grows with its slowness up to a limit', async (t) => {
  let pause = 20;
  const slow = new Writable({
    highWaterMark: 1,
    write: async (_chunk, _, done) => {
      await setTimeout(pause);
      done();
    },
  });
  const writer = new Writer(slow);
  const least = writer.linger;
  t.ok(least >= 250 && least <= 500, 'long enough for Telegraf to read the tail');
  const waiting = writer.write(Buffer.alloc(64 << 10));
  t.type(waiting, Promise);
  await waiting;
  t.equal(slow.writableLength, 0);
  const longer = writer.linger;
  t.ok(longer > least);
  pause = 1;
  await writer.write(Buffer.from('small'));
  t.equal(writer.linger, longer, 'a small write says nothing');
  pause = 100;
  await writer.write(Buffer.alloc(4 << 10));
  t.equal(writer.linger, 3000);
});
