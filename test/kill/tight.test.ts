/** kill -9 where rows go to the store and come back all the while, and new ones come, in the least memory. */
import t from 'tap';
import { KILLS, killAtRandom, LEAST_MEMORY } from '../support/kill.ts';

const options = {
  memory: LEAST_MEMORY,
  sync: false,
  tagSets: 1500,
  growth: 40,
  rounds: 30,
  padding: 200,
  pace: 15,
};

await killAtRandom(t, options, Math.ceil(KILLS / 2));
