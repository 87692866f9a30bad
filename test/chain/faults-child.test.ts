/** What is lost, wrong and doubled between Kafka and InfluxDB when the child is killed, beside `cat` in our place. */
import t from 'tap';
import { CHAIN_MILLISECONDS, chainParts, startServers, until } from '../support/chain.ts';
import { loadPoint } from '../support/load.ts';
import { Race, STRETCH, tableLine } from '../support/race.ts';

t.setTimeout(CHAIN_MILLISECONDS);
const parts = chainParts();

/** What can be under way at one time: in the pipes to and from a child, and in the chunk that it has read. */
const UNDER_WAY = (3 * (64 << 10)) / loadPoint(10_000).length;
const BACKLOG = 200_000;
/** From a child's end until Telegraf has the next one's pipe: points are dropped one by one, up to 100,000 a second. */
const GAP_AT_FULL_SPEED = 30_000;

t.test('when the child is killed', parts.options, async (t) => {
  const servers = await startServers(t, parts);

  await t.test('kill -9 of the child', async (t) => {
    const race = await Race.start(t, parts, servers, 'child');
    for (const lane of race.lanes) process.kill(lane.child!, 'SIGKILL');
    await race.pass();
    const outcomes = await race.finish();
    for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
      const { name, telegraf } = race.lanes[at]!;
      t.ok(lost <= UNDER_WAY, `${name}: what was under way is lost, ${lost} points`);
      t.ok(wrong <= 2, `${name}: of a line that was cut Telegraf may make a point, ${wrong} values`);
      t.equal(doubled, 0, `${name}: nothing comes twice`);
      t.equal(telegraf.log('E', 'exited: signal: killed').length, 1, `${name}: the log tells of it`);
    }
    t.comment(tableLine('child killed, `restart_delay = "0s"`', race, outcomes));
  });

  await t.test('kill -9 of the child that is behind', async (t) => {
    const race = await Race.start(t, parts, servers, 'backlog', { backlog: BACKLOG });
    await Promise.all(
      race.lanes.map(async (lane) => {
        const child = await lane.telegraf.until('a child is there', () => lane.child);
        await lane.telegraf.until('an eighth has passed', () => lane.bytes > race.source.bytes / 8);
        process.kill(child, 'SIGKILL');
      }),
    );
    const outcomes = await race.finish();
    for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
      const { name } = race.lanes[at]!;
      t.ok(lost <= UNDER_WAY + GAP_AT_FULL_SPEED, `${name}: more is lost where more passes, ${lost} points`);
      t.ok(wrong <= 2, `${name}: of a line that was cut Telegraf may make a point, ${wrong} values`);
      t.equal(doubled, 0, `${name}: nothing comes twice`);
    }
    t.comment(tableLine('the same while it reads a backlog at full speed', race, outcomes));
  });

  await t.test("kill -9 of the child, with Telegraf's own restart_delay", async (t) => {
    const seconds = 10;
    const race = await Race.start(t, parts, servers, 'delay', { restartDelay: `${seconds}s` });
    const before = race.source.produced;
    for (const lane of race.lanes) process.kill(lane.child!, 'SIGKILL');
    for (const lane of race.lanes) await until('another child is there', async () => lane.child);
    const meanwhile = race.source.produced - before;
    await race.pass();
    const outcomes = await race.finish();
    for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
      const { name } = race.lanes[at]!;
      t.ok(lost > STRETCH, `${name}: Telegraf drops what comes meanwhile, ${lost} points`);
      t.ok(lost <= meanwhile + UNDER_WAY, `${name}: and no more`);
      t.ok(wrong <= 2, `${name}: ${wrong} values are wrong`);
      t.equal(doubled, 0, `${name}: nothing comes twice`);
    }
    t.comment(tableLine('child killed, `restart_delay = "10s"`', race, outcomes));
  });
});
