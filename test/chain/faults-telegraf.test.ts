/** What is lost, wrong and doubled between Kafka and InfluxDB when Telegraf ends, beside `cat` in our place. */
import t from 'tap';
import { CHAIN_MILLISECONDS, chainParts, startServers } from '../support/chain.ts';
import { loadPoint } from '../support/load.ts';
import { POINTS_A_SECOND, Race, tableLine } from '../support/race.ts';

t.setTimeout(CHAIN_MILLISECONDS);
const parts = chainParts();

/** What can be under way at one time: in the pipes to and from a child, and in the chunk that it has read. */
const UNDER_WAY = (3 * (64 << 10)) / loadPoint(10_000).length;
/** Keeps the point of line 100 back, gives that of line 200 twice, and changes a value in line 300. */
const FAULTY = `
  let line = 0;
  require('node:readline').createInterface({ input: process.stdin }).on('line', (text) => {
    line++;
    if (line === 100) return;
    if (line === 200) console.log(text);
    console.log(line === 300 ? text.replace(/value=[^,]*/, 'value=1') : text);
  });
`;

t.test('when Telegraf ends', parts.options, async (t) => {
  const servers = await startServers(t, parts);

  await t.test('a child that is at fault is seen', async (t) => {
    const race = await Race.start(t, parts, servers, 'fault', { child: [process.execPath, '-e', FAULTY] });
    t.strictSame(await race.finish(), [
      { lost: 0, wrong: 0, doubled: 0 },
      // The two values of the point that is kept back, and one of the point that is changed.
      { lost: 2, wrong: 1, doubled: 1 },
    ]);
  });

  await t.test('Telegraf stopped and started', async (t) => {
    const race = await Race.start(t, parts, servers, 'stop');
    const before = race.source.produced;
    for (const { telegraf } of race.lanes) telegraf.signal('SIGTERM');
    for (const lane of race.lanes) {
      t.equal(await lane.telegraf.end(), 0);
      lane.restart();
    }
    await race.pass();
    const outcomes = await race.finish();
    for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
      const { name, telegraf } = race.lanes[at]!;
      // Telegraf may throw away the last that a child has written when that is gone: cat is at once, we linger.
      t.ok(lost <= (name === 'cat' ? UNDER_WAY : 0), `${name}: nothing is lost by us, ${lost} points`);
      t.ok(wrong <= (name === 'cat' ? 2 : 0), `${name}: nothing is wrong by us, ${wrong} values`);
      t.ok(doubled < before, `${name}: it goes on where it was, ${doubled} points come again`);
      if (name === 'ours') t.strictSame(telegraf.log('E', 'processors.execd'), [], 'no error of ours');
    }
    t.comment(tableLine('Telegraf stopped (SIGTERM) and started', race, outcomes));
  });

  await t.test('kill -9 of Telegraf', async (t) => {
    const race = await Race.start(t, parts, servers, 'kill');
    const before = race.source.produced;
    for (const { telegraf } of race.lanes) telegraf.signal('SIGKILL');
    for (const lane of race.lanes) {
      await lane.telegraf.end();
      lane.restart();
    }
    await race.pass();
    const outcomes = await race.finish();
    for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
      const { name } = race.lanes[at]!;
      // What the output holds between two flushes, far less than a second by itself: Kafka has counted it as delivered.
      const most = UNDER_WAY + 3 * POINTS_A_SECOND;
      t.ok(
        lost <= most,
        `${name}: what was counted as delivered and not written yet is lost, ${lost} points`,
      );
      t.equal(wrong, 0, `${name}: nothing is wrong`);
      t.ok(doubled < before, `${name}: it goes on where it was, ${doubled} points come again`);
    }
    t.comment(tableLine('Telegraf killed and started', race, outcomes));
  });
});
