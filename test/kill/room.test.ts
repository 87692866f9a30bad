/** kill -9 where all rows have room in memory: only snapshots write, the judge's rows too. Every snapshot reaches the disk. */
import t from 'tap';
import { killAtRandom } from '../support/kill.ts';

const snapshots = { memory: '64MiB', sync: true, snapshot_interval: '20ms' };
const load = { tagSets: 300, growth: 60, rounds: 60, padding: 0, pace: 3, max_false_alarms: '1/day' };

await killAtRandom(t, { ...snapshots, ...load });
