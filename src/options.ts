/**
 * What a plugin declares its options with. It is handed to the plugin, so that a detector in a folder of
 * the user's own needs no packages beside it.
 */
import { z } from 'zod';

export interface OptionTypes {
  /** zod 4. Give each option a `.describe()`; one that shapes the state also `.meta({ shapes: true })`. */
  z: typeof z;
  /** A duration as Telegraf writes it ("10s", "1h30m", "7d", a number of seconds); the option holds seconds. */
  duration: () => z.ZodType<number>;
  /** A size as Telegraf writes it ("64MiB", "64MB", a number of bytes); the option holds bytes. */
  size: () => z.ZodType<number>;
}
