/**
 * The options that every `[[detectors.NAME]]` table takes beside the detector's own: which series it
 * watches, when a score is an alarm, how a flagged point is marked.
 */
import { z } from 'zod';
import { globToRegExp, hasGlob } from './glob.ts';
import { optionTypes } from './options.ts';
import { STEPS, type Step } from './prepare.ts';

export type Direction = 'up' | 'down' | 'both';
export type AnnotateMode = 'tags' | 'fields' | 'events';

const SECONDS = { day: 86_400, week: 7 * 86_400, month: 30 * 86_400 };

/** Tag key → patterns of its value. */
export type TagPatterns = Record<string, string[]>;

/** Which series an instance watches; the semantics are Telegraf's (docs/CONFIGURATION.md, "Selectors"). */
export interface Selectors {
  namepass: string[];
  namedrop: string[];
  tagpass: TagPatterns;
  tagdrop: TagPatterns;
  /** The fields to watch; unlike Telegraf's option of this name, none is ever removed from the point. */
  fieldinclude: string[];
  fieldexclude: string[];
}

export interface Policy extends Selectors {
  /** Names the instance in logs and in `anomaly_detector`; default: the detector's name. */
  alias: string;
  /** What the detector is given in place of the values. */
  prepare: 'none' | Step | Step[];
  /** Whether a field that only grows is found out, and watched by how fast it does. */
  counter: 'auto' | 'off';
  /** In the detector's own score; undefined where the alarm budget sets it. */
  threshold: number | undefined;
  /** Of each series, as `alarmRate` reads it: "1/week". */
  max_false_alarms: string;
  direction: Direction;
  /** In the unit of what the detector is given; and as a share of the expected value. */
  min_deviation: number;
  min_deviation_ratio: number;
  /** Seconds. */
  min_duration: number;
  /** Seconds from the end of an alarm on; undefined is what the threshold needs. */
  cooldown: number | undefined;
  /** A share of the threshold. */
  hysteresis: number;
  /** Seconds; undefined is what the threshold needs. */
  end_after: number | undefined;
  /** Learn nothing while an alarm is open. */
  hold: boolean;
  /** Seconds; 0 is never. */
  accept_after: number;
  annotate: AnnotateMode;
  /** Adds `<field>_score` and `<field>_surprise` to every watched point. */
  score_fields: boolean;
}

const patterns = () =>
  z.array(z.string()).superRefine((list, context) => {
    if (!hasGlob(list)) return;
    list.forEach((pattern, at) => {
      try {
        globToRegExp(pattern);
      } catch (error) {
        context.addIssue({ code: 'custom', path: [at], message: `bad pattern: ${(error as Error).message}` });
      }
    });
  });

/** "2/day" in alarms a second. */
export function alarmRate(text: string): number {
  const [count, unit] = text.split('/');
  return Number(count) / SECONDS[unit as keyof typeof SECONDS];
}

const rate = () =>
  z
    .string()
    .regex(/^\d+(\.\d+)?\/(day|week|month)$/)
    .refine((text) => alarmRate(text) > 0 && Number.isFinite(alarmRate(text)))
    .meta({ wanted: 'a number of alarms, e.g. "1/day", "2/week" or "1/month"' });

const tagPatterns = () =>
  z.record(z.string(), patterns()).meta({ wanted: 'a table of lists, e.g. { host = ["web*"] }' });

/** The shape of a `[[detectors.NAME]]` table without the detector's own options. The prose is the sample's. */
export const policySchema = z.object({
  alias: z
    .string()
    // Telegraf refuses a point with a tag value that ends in a backslash.
    .regex(/^[^\p{Cc}]*[^\p{Cc}\\]$/u)
    .meta({ wanted: 'a name: a string of one line that is not empty and ends in no backslash' })
    .optional()
    .describe(
      'Name of this table in the log and in the tag anomaly_detector. Two tables of one detector need one each.',
    ),
  namepass: patterns()
    .default([])
    .describe('Watch only measurements that match one of these patterns, which are globs as in Telegraf.'),
  namedrop: patterns().default([]).describe('Do not watch measurements that match one of these patterns.'),
  tagpass: tagPatterns()
    .default({})
    .describe(
      'Watch only points with a tag that matches: tagpass = { host = ["web*"] } for those of the hosts web...',
    ),
  tagdrop: tagPatterns().default({}).describe('Do not watch points with a tag that matches.'),
  fieldinclude: patterns()
    .default([])
    .describe('Watch only fields whose key matches. The other fields stay on the point.'),
  fieldexclude: patterns()
    .default([])
    .describe('Do not watch fields whose key matches. They stay on the point.'),
  prepare: z
    .union([z.enum(['none', ...STEPS]), z.array(z.enum(STEPS))])
    .default('none')
    .describe(
      'What the detector is given in place of the values: "difference" is the change since the value before, "non_negative_derivative" how much it rises a second (nothing where it falls: a counter was reset), "log" the natural logarithm (nothing where the value is not above 0). A list is applied in turn: ["non_negative_derivative", "log"].',
    )
    .meta({ shapes: true }),
  counter: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe(
      'With "auto" and without prepare, a field of whole numbers that only grows is found out after 100 values, and its non_negative_derivative takes its place. A line in the log says so.',
    )
    .meta({ shapes: true }),
  threshold: z
    .number()
    .positive()
    .optional()
    .describe(
      "An alarm begins when the score, in the detector's own unit, is at least this far from 0. It takes the place of max_false_alarms; giving both leaves that without effect. No default.",
    ),
  max_false_alarms: rate()
    .default('1/week')
    .describe(
      'How many alarms each series may raise while nothing is wrong, as "N/day", "N/week" or "N/month". The threshold follows from the scores that the series has had. There is no alarm in its first day.',
    ),
  direction: z
    .enum(['up', 'down', 'both'])
    .default('both')
    .describe('Flag values above what is expected ("up"), below it ("down"), or both.'),
  min_deviation: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'No alarm for a value that is less than this away from the expected one, in the unit of the field, or of what prepare makes of it.',
    ),
  min_deviation_ratio: z
    .number()
    .min(0)
    .default(0)
    .describe('The same as a share of the expected value: 0.1 is 10 %. The larger of the two counts.'),
  min_duration: optionTypes
    .duration()
    .prefault('0s')
    .describe('A score must stay beyond the threshold for so long before the alarm begins.'),
  cooldown: optionTypes
    .duration()
    .optional()
    .describe(
      'Least time from the end of an alarm of a series to the begin of its next one. No default: with a threshold "0s", with max_false_alarms up to "2h", in which an alarm that was soon over may come back within 3 minutes, unless min_duration is given.',
    ),
  hysteresis: z
    .number()
    .positive()
    .max(1)
    .default(0.5)
    .describe(
      'An alarm ends when the score is below this share of the threshold; with max_false_alarms also when it is below the threshold and a quarter of its largest in the alarm.',
    ),
  end_after: optionTypes
    .duration()
    .optional()
    .describe(
      'And when it has been so for as long: for this time, or as long as the alarm had lasted if that is less. No default: with a threshold "0s", with max_false_alarms "3m".',
    ),
  hold: z
    .boolean()
    .default(false)
    .describe(
      'Learn nothing while an alarm is open. Otherwise one value in 3 minutes is learned, as if it had been no further out than usual ones are; baseline bounds by itself what each may teach it.',
    ),
  accept_after: optionTypes
    .duration()
    .prefault('6h')
    .describe(
      'An alarm that goes on for so long is a lasting change: what it has come to is normal from then on. "0s" never accepts one.',
    ),
  annotate: z
    .enum(['tags', 'fields', 'events'])
    .default('tags')
    .describe(
      'How a flagged point is marked. "tags" adds the tags anomaly and anomaly_detector and the fields anomaly_score, anomaly_surprise, anomaly_threshold, anomaly_fields and anomaly_reason. "fields" adds the same as fields only, so that the point stays in its series. "events" leaves the point as it is: when an alarm begins and when it ends, a point of the measurement anomaly follows.',
    ),
  score_fields: z
    .boolean()
    .default(false)
    .describe('Add the fields <field>_score and <field>_surprise to every watched point, flagged or not.'),
});
