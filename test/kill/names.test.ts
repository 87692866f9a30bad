/** kill -9 where tag sets are longer than a key may be, so that the least memory holds few of them. */
import t from 'tap';
import { killAtRandom, LEAST_MEMORY } from '../support/kill.ts';

const snapshots = { memory: LEAST_MEMORY, sync: true, snapshot_interval: '60ms' };
const load = { tagSets: 600, growth: 20, rounds: 24, padding: 1100, pace: 15 };

await killAtRandom(t, { ...snapshots, ...load });
