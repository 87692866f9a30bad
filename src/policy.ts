/**
 * The options that every `[[detectors.NAME]]` table takes beside the detector's own: which series it
 * watches, when a score is an alarm, how a flagged point is marked.
 */

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
