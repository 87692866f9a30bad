/** What is lost, wrong and doubled between Kafka and InfluxDB when one of the two is away, beside `cat` in our place. */
import t from 'tap';
import { CHAIN_MILLISECONDS, chainParts, startServers } from '../support/chain.ts';
import { Race, tableLine } from '../support/race.ts';

t.setTimeout(CHAIN_MILLISECONDS);
const parts = chainParts();

/** Sent while InfluxDB is away. */
const MEANWHILE = 20_000;

t.test('when a server is away', parts.options, async (t) => {
  const servers = await startServers(t, parts);

  await t.test('broker stopped and started', async (t) => {
    const race = await Race.start(t, parts, servers, 'broker');
    // What the producer would make of it is not asked here.
    await race.source.pause();
    const before = race.source.produced;
    await servers.kafka.stop();
    await servers.kafka.restart();
    race.source.run();
    await race.pass();
    const outcomes = await race.finish();
    for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
      const { name } = race.lanes[at]!;
      t.equal(lost, 0, `${name}: nothing is lost`);
      t.equal(wrong, 0, `${name}: nothing is wrong`);
      t.ok(doubled < before, `${name}: it goes on where it was, ${doubled} points come again`);
    }
    t.comment(tableLine('broker stopped and started', race, outcomes));
  });

  for (const [buffer, limit] of Object.entries({ large: 1_000_000, small: 10_000 })) {
    await t.test(`InfluxDB stopped and started, with a ${buffer} buffer`, async (t) => {
      const race = await Race.start(t, parts, servers, buffer, { metricBufferLimit: limit });
      await servers.influxdb.stop();
      await race.send(MEANWHILE);
      await servers.influxdb.restart();
      await race.pass();
      const outcomes = await race.finish();
      for (const [at, { lost, wrong, doubled }] of outcomes.entries()) {
        const { name, telegraf } = race.lanes[at]!;
        if (buffer === 'large') t.equal(lost, 0, `${name}: nothing is lost`);
        else {
          t.ok(lost > 0, `${name}: what has no room is lost, ${lost} points`);
          t.ok(telegraf.log('W', 'metrics have been dropped').length > 0, `${name}: the log tells of it`);
        }
        t.equal(wrong, 0, `${name}: nothing is wrong`);
        t.equal(doubled, 0, `${name}: nothing comes twice`);
      }
      const what = `InfluxDB away for ${MEANWHILE} points, \`metric_buffer_limit = ${limit}\``;
      t.comment(tableLine(what, race, outcomes));
    });
  }
});
