/** The options of the tables [agent] and [state]. The prose is the sample's. */
import { z } from 'zod';
import { optionTypes } from '../options.ts';

export const agentSchema = z.object({
  log_level: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('Least level of the lines in the log of Telegraf: "error", "warn", "info" or "debug".'),
  annotation_prefix: z
    .string()
    .regex(/^\p{L}[\p{L}\p{N}_.-]*$/u)
    .meta({ wanted: 'a letter, then letters, digits, "_", "-" or "."' })
    .default('anomaly')
    .describe(
      'First part of the name of every tag and field that is added: anomaly, anomaly_score and so on.',
    ),
  late_limit: optionTypes
    .duration()
    .prefault('7d')
    .describe(
      'A value older than the last one of its series is passed on, but neither scored nor learned. One that is ' +
        'older by more than this means that a clock was wrong: the time of the series starts again from it.',
    ),
});

export const stateSchema = z.object({
  store: z
    .enum(['memory'])
    .default('memory')
    .describe(
      'Where the state of the series is kept. "memory": every series is learned anew after a restart.',
    ),
});
