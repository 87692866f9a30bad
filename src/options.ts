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
}

function unit(parse: (text: string) => number | undefined, wanted: string) {
  const read = (value: string | number) => (typeof value === 'number' ? value : parse(value));
  return z
    .union([z.string(), z.number()])
    .refine((value) => (read(value) ?? -1) >= 0)
    .transform((value) => read(value)!)
    .meta({ wanted });
}

export const optionTypes: OptionTypes = {
  z,
  duration: () => unit(parseDuration, 'a duration, e.g. "10s", "1h30m" or "7d"'),
  size: () => unit(parseSize, 'a size, e.g. "64MiB", "64MB" or a number of bytes'),
};
