/**
 * The options that every `[[detectors.NAME]]` table takes beside the detector's own: which series it
 * watches, when a score is an alarm, how a flagged point is marked.
 */
import { z } from 'zod';
import { globToRegExp, hasGlob } from './glob.ts';

export type Direction = 'up' | 'down' | 'both';
export type AnnotateMode = 'tags' | 'fields';

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
  /** In the detector's own score. */
  threshold: number;
  direction: Direction;
  annotate: AnnotateMode;
  /** Adds `<field>_score` to every watched point. */
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
  threshold: z
    .number()
    .positive()
    .optional()
    .describe("A point is flagged when its score, in the detector's own unit, is at least this far from 0."),
  direction: z
    .enum(['up', 'down', 'both'])
    .default('both')
    .describe('Flag values above what is expected ("up"), below it ("down"), or both.'),
  annotate: z
    .enum(['tags', 'fields'])
    .default('tags')
    .describe(
      'How a flagged point is marked. "tags" adds the tags anomaly and anomaly_detector and the fields anomaly_score, anomaly_fields and anomaly_reason. "fields" adds the same as fields only, so that the point stays in its series.',
    ),
  score_fields: z
    .boolean()
    .default(false)
    .describe('Add the field <field>_score to every watched point, flagged or not.'),
});
