/** kill -9 where all rows have room in memory: only snapshots write. Every snapshot reaches the disk. */
import t from 'tap';
import { KILLS, killAtRandom } from '../support/kill.ts';

const options = { memory: '64MiB', sync: true, tagSets: 300, growth: 20, rounds: 90, padding: 0, pace: 3 };

await killAtRandom(t, options, Math.floor(KILLS / 2));
