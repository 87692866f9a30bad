/** kill -9 where all rows have room in memory: only snapshots write. Every snapshot reaches the disk. */
import t from 'tap';
import { killAtRandom } from '../support/kill.ts';

const snapshots = { memory: '64MiB', sync: true, snapshot_interval: '20ms' };
const load = { tagSets: 300, growth: 60, rounds: 60, padding: 0, pace: 3 };

await killAtRandom(t, { ...snapshots, ...load });
