/** kill -9 where rows go to the store and come back all the while, and new ones come, in the least memory. */
import t from 'tap';
import { killAtRandom, LEAST_MEMORY } from '../support/kill.ts';

const snapshots = { memory: LEAST_MEMORY, sync: false, snapshot_interval: '60ms' };
const load = { tagSets: 500, growth: 150, rounds: 24, padding: 200, pace: 15 };

await killAtRandom(t, { ...snapshots, ...load });
