/** The options of the tables [agent] and [state]. The prose is the sample's. */
import { z } from 'zod';
import { optionTypes } from '../options.ts';

/** Less has no room for one page of rows of every detector. */
const LEAST_MEMORY = 1 << 20;

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
  stats_interval: optionTypes
    .duration()
    .prefault('0s')
    .describe(
      'How often a point internal_anomaly with our own figures goes out among the others. "0s" is never.',
    ),
});

export const stateSchema = z.object({
  store: z
    .enum(['lmdb', 'memory'])
    .default('lmdb')
    .describe(
      'Where the state of the series is kept. "lmdb": on disk, through restarts. "memory": in the process only, without a ' +
        'limit; every series is learned anew after a restart.',
    ),
  path: z
    .string()
    .default('')
    .describe(
      'The directory of the state, on a local disk, where the user of Telegraf may write. It belongs to one process: each ' +
        'child of Telegraf needs one of its own. Relative paths begin at this file. "" is $STATE_DIRECTORY (from systemd), ' +
        'else telegraf-anomaly in $XDG_STATE_HOME or in ~/.local/state, else /var/lib/telegraf-anomaly.',
    ),
  memory: optionTypes
    .size()
    .refine((bytes) => bytes >= LEAST_MEMORY, 'must be at least 1MiB')
    .prefault('1GiB')
    .describe(
      'Most memory for the state of the series, beside 100 to 150 MB for the program itself. What has no room in it waits ' +
        'on disk for its next value; no verdict depends on it.',
    ),
  snapshot_interval: optionTypes
    .duration()
    .refine((seconds) => seconds > 0, 'must be more than 0')
    .prefault('10s')
    .describe(
      'How often what was learned is written to disk. A crash takes away what was learned since; a shorter one writes more.',
    ),
  idle_expiry: optionTypes
    .duration()
    .prefault('14d')
    .describe('A series that has had no value for this long begins anew with its next one. "0s" is never.'),
  sync: z
    .boolean()
    .default(true)
    .describe(
      'A snapshot counts only when it would survive a power cut. Without it, writing is faster, and a power cut may take ' +
        'the whole state; a crash of the program still takes nothing more.',
    ),
});

/** They do nothing where nothing goes to disk. */
export const DISK_OPTIONS: readonly (keyof typeof stateSchema.shape)[] = [
  'path',
  'memory',
  'snapshot_interval',
  'sync',
];
