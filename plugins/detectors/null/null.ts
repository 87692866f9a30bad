/** Finds nothing: the floor that every detector must beat in an evaluation, and a way to measure the road alone. */
import type { Detector } from '../../../src/detector.ts';

const nothing: Detector = {
  name: 'null',
  version: 1,
  threshold: 1,
  options: ({ z }) => z.object({}),
  create: () => ({
    width: 0,
    score: () => 0,
    learn: () => {},
  }),
};

export default nothing;
