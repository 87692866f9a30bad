/** kill -9 where most points are of tag sets that nobody has seen, so that records and new pages go out together. */
import t from 'tap';
import { killAtRandom } from '../support/kill.ts';

const snapshots = { memory: '64MiB', sync: false, snapshot_interval: '40ms' };
const load = { tagSets: 500, growth: 1000, rounds: 8, padding: 40, pace: 10 };

await killAtRandom(t, { ...snapshots, ...load });
