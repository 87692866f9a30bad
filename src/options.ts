/**
 * What a plugin declares its options with. It is handed to the plugin, so that a detector in a folder of
 * the user's own needs no packages beside it.
 */
import { z } from 'zod';
import { parseDuration, parseSize } from './config/units.ts';

/**
 * Beside `.describe()`, an option may carry `.meta({ shapes: true })` when it shapes the state, and
 * `.meta({ wanted: 'a season, e.g. "24h"' })` to say in errors what is expected. State a default in its written
 * form, by `.prefault('1h')`.
 */
export interface OptionTypes {
  /** zod 4. */
  z: typeof z;
  /** A duration as Telegraf writes it ("10s", "1h30m", "7d", a number of seconds); the option holds seconds. */
  duration: () => z.ZodType<number, string | number>;
  /** A size as Telegraf writes it ("64MiB", "64MB", a number of bytes); the option holds bytes. */
  size: () => z.ZodType<number, string | number>;
  /**
   * How long a series is remembered, in values or in time, and from when on it is scored: the options `memory_points`,
   * `memory` and `warmup`.
   * @param warmup the default
   * @param points what `memory_points` means for the detector
   */
  memory: (warmup: number, points: string) => MemoryOptions;
}

export interface MemoryOptions {
  readonly shape: ReturnType<typeof memoryShape>;
  /** That they fit one another, for `.superRefine`. */
  readonly fits: (given: Remembered, context: z.RefinementCtx<Remembered>) => void;
}

interface Remembered {
  memory_points: number;
  /** Seconds; takes the place of memory_points. */
  memory?: number | undefined;
  warmup: number;
}

const MEMORY_POINTS = 1000;

function unit(parse: (text: string) => number | undefined, wanted: string) {
  const read = (value: string | number) => (typeof value === 'number' ? value : parse(value));
  return z
    .union([z.string(), z.number()])
    .refine((value) => (read(value) ?? -1) >= 0)
    .transform((value) => read(value)!)
    .meta({ wanted });
}

const duration = () => unit(parseDuration, 'a duration, e.g. "10s", "1h30m" or "7d"');

function memoryShape(warmup: number, points: string) {
  return {
    memory_points: z.int().min(2).default(MEMORY_POINTS).describe(points).meta({ shapes: true }),
    memory: duration()
      .refine((seconds) => seconds > 0, 'must be more than 0')
      .optional()
      .describe(
        'The same as a duration, for series whose values come at irregular times. It takes the place of ' +
          'memory_points; giving both is an error. No default.',
      )
      .meta({ shapes: true }),
    warmup: z
      .int()
      .min(2)
      .default(warmup)
      .describe('A series is scored once it has had this many values.')
      .meta({ shapes: true }),
  };
}

const fits: MemoryOptions['fits'] = ({ memory, memory_points, warmup }, context) => {
  const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['memory_points'], message });
  if (memory === undefined && memory_points < warmup) wrong('memory_points must be at least warmup');
  if (memory !== undefined && memory_points !== MEMORY_POINTS)
    wrong('memory_points and memory say the same thing in two units; keep one of them');
};

export const optionTypes: OptionTypes = {
  z,
  duration,
  size: () => unit(parseSize, 'a size, e.g. "64MiB", "64MB" or a number of bytes'),
  memory: (warmup, points) => ({ shape: memoryShape(warmup, points), fits }),
};
