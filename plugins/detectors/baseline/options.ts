/** The options of the detector: types, defaults, prose. What is in points counts values, what is in seconds event time. */
import type { Detector } from '../../../src/detector.ts';

type Types = Parameters<Detector['options']>[0];

export interface Options {
  respond_to: 'incidents' | 'spikes' | 'both';
  incident_threshold: number;
  spike_threshold: number;
  smoothing_points: number[];
  profile_buckets: number[];
  profile_visits: number;
  autoregression_orders: number[];
  autoregression_points: number;
  level_points: number[];
  volatility_points: number[];
  spread_points: number[];
  /** Seconds. */
  tail_memory: number[];
  tail_points: number[];
}

/** A count of visits is kept in 6 bits. */
const MOST_VISITS = 63;

export function schema({ z, duration }: Types) {
  const points = (least = 1) => z.int().min(least).max(1e9);
  const rising = (list: readonly number[]): boolean => list.every((one, i) => i === 0 || one >= list[i - 1]!);
  const two = (one: ReturnType<typeof points>) => z.array(one).length(2);
  return z.object({
    respond_to: z
      .enum(['incidents', 'spikes', 'both'])
      .default('both')
      .describe(
        'What the score is: "incidents" weighs what lasts for minutes or hours, "spikes" the single value, ' +
          '"both" takes the larger.',
      ),
    incident_threshold: z
      .number()
      .positive()
      .default(1.3)
      .describe('The smoothed strangeness that makes a score of 1 in answer to incidents.'),
    spike_threshold: z
      .number()
      .positive()
      .default(7)
      .describe('The strangeness of a single value that makes a score of 1 in answer to spikes.'),
    smoothing_points: z
      .array(points())
      .min(1)
      .max(8)
      .default([12, 18, 26])
      .describe('Points over which strangeness is smoothed to find incidents; the mean of these is taken.')
      .meta({ shapes: true }),
    profile_buckets: two(z.int().min(1).max(1440))
      .default([48, 144])
      .describe('Into how many parts each of the two profiles cuts the day, which is that of UTC.')
      .meta({ shapes: true }),
    profile_visits: z
      .int()
      .min(1)
      .max(MOST_VISITS)
      .default(25)
      .describe(
        'Memory of a profile: values in the same part of the day; for the coarse one all within 5 minutes are one.',
      )
      .meta({ shapes: true }),
    autoregression_orders: two(z.int().min(1).max(64))
      .default([1, 8])
      .describe('How many values before it each of the two autoregressions predicts a value from.')
      .meta({ shapes: true }),
    autoregression_points: points(2)
      .default(1000)
      .describe('Memory of the mean and the variance by which the autoregressions standardise, in points.')
      .meta({ shapes: true }),
    level_points: two(points())
      .default([6, 12])
      .describe('Points over which each of the two fast levels averages.')
      .meta({ shapes: true }),
    volatility_points: two(points())
      .refine(rising, 'the first must not be more than the second')
      .default([30, 300])
      .describe('Points over which the recent change between values is averaged, and the usual one.')
      .meta({ shapes: true }),
    spread_points: two(points())
      .default([10_000, 50_000])
      .describe(
        'Memory of what is a usual deviation of each residual, in points. It is kept twice, here and in ' +
          'tail_memory, so that neither a short nor a long one has to be the right one.',
      )
      .meta({ shapes: true }),
    tail_memory: z
      .array(duration().refine((seconds) => seconds > 0, 'must be more than 0'))
      .length(2)
      .prefault(['83h20m', '250h'])
      .describe('Memory of how large the rare deviations are.')
      .meta({ shapes: true }),
    tail_points: two(points())
      .refine(rising, 'the first must not be more than the second')
      .default([1000, 30_000])
      .describe('Least and most points of tail_memory, whatever the step of the series.')
      .meta({ shapes: true }),
  });
}
