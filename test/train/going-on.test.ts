/** Which directories a training takes, and from where it goes on in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { acquireLock } from '../../src/state/lock.ts';
import { configAt, configOf, openTraining, points, ran, SECOND } from '../support/training.ts';

t.test('a directory that a process has', async (t) => {
  const config = await configOf(t);
  mkdirSync(config.state.path, { recursive: true });
  const lock = await acquireLock(config.state.path);
  await t.rejects(openTraining(config), {
    code: 'TRAIN_BUSY',
    message: new RegExp(`process ${process.pid} has`),
  });
  await lock.release();
  await (await openTraining(config)).close();
});

t.test('a state of other values: older ones are gone on from, newer ones refused', async (t) => {
  const config = await configOf(t);
  await ran(config, points(0, 10));
  await t.rejects(openTraining(config, 'h', 9n * SECOND), { code: 'TRAIN_NEWER', message: /00:00:09Z/ });
  const training = await openTraining(config, 'h', 9n * SECOND + 1n);
  t.equal(training.position, undefined);
  await training.learn(points(5, 15));
  t.equal(training.counts.late, 5);
  await training.close();
});

t.test('a state that others have gone on with is no longer the training’s', async (t) => {
  const config = await configOf(t);
  const training = await openTraining(config);
  await training.learn(points(0, 10));
  await training.checkpoint({ at: 10 }, false);
  await training.close();
  await ran(config, points(10, 20));
  await t.rejects(openTraining(config), { code: 'TRAIN_NEWER' });
  await ran(config, points(20, 30));
  const other = await openTraining(config, 'other', 30n * SECOND);
  t.equal(other.position, undefined, 'nothing is rolled back');
  await other.close();
});

t.test('an unfinished history goes before another one, and wants its config', async (t) => {
  const config = await configOf(t);
  const training = await openTraining(config);
  await training.learn(points(0, 10));
  await training.checkpoint({ at: 10 }, false);
  await training.close();
  await t.rejects(openTraining(config, 'other', 100n * SECOND), {
    code: 'TRAIN_UNFINISHED',
    message: /history: h;/,
  });
  const changed = await configAt(t.testdirName, '[[detectors.zscore]]\n  threshold = 9\n');
  await t.rejects(openTraining(changed), { code: 'TRAIN_CONFIG_CHANGED' });
  const rest = await openTraining(config);
  await rest.checkpoint({ at: 10 }, true);
  await rest.close();
  await (await openTraining(changed, 'other', 100n * SECOND)).close();
});

t.test('one that has learned nothing is in nobody’s way', async (t) => {
  const config = await configOf(t);
  await (await openTraining(config)).close();
  await (await openTraining(config, 'other')).close();
});

t.test('a state in memory would be lost', async (t) => {
  const config = await configOf(t);
  const nowhere = { ...config, state: { ...config.state, store: 'memory' as const } };
  await t.rejects(openTraining(nowhere), { code: 'TRAIN_IN_MEMORY' });
});

t.test('a directory that cannot be locked', async (t) => {
  const config = await configOf(t);
  writeFileSync(config.state.path, 'a file');
  await t.rejects(openTraining(config), { code: 'LOCK_FAILED' });
});
