/** The report of a replay, from what is asked for to the page. */
import { basename } from 'node:path';
import type { Observe } from '../detect.ts';
import { grouped } from '../progress.ts';
import { Refusal } from '../refusal.ts';
import { type Labels, readLabels, windowsOf } from '../report/labels.ts';
import { placeOf } from '../report/place.ts';
import { Recorder } from '../report/recorder.ts';
import { writeReport } from '../report/write.ts';
import type { Hot } from '../state/hot.ts';

export interface ReportArguments {
  readonly files: readonly string[];
  readonly report: string | undefined;
  readonly labels: string | undefined;
  /** Read, as the files and the labels are; a report does not replace them. */
  readonly config?: string | undefined;
}

export interface Report {
  /** For the road. */
  readonly observer: (hot: Hot) => Observe;
  /** Writes the page, and says so. */
  write(say: (line: string) => void): void;
}

/** Throws a Refusal, before anything is replayed, for labels that cannot be read and a page that could not be written. */
export function reportOf(given: ReportArguments): Report | undefined {
  const { files, report: file, labels: labelsFile, config } = given;
  if (file === undefined) {
    if (labelsFile === undefined) return undefined;
    throw new Refusal('REPLAY_ARGUMENT', '--labels are shown in a report; say --report FILE.html');
  }
  const labels: Labels = labelsFile === undefined ? new Map() : readLabels(labelsFile);
  const inUse = [...files, labelsFile, config].filter((path) => path !== undefined);
  const place = orRefuse(file, () => placeOf(file, inUse));
  let recorder: Recorder | undefined;
  return {
    observer: (hot) => {
      recorder = new Recorder(hot);
      return recorder.observe;
    },
    write: (say) => {
      const { recordings } = recorder!;
      if (labels.size > 0 && !recordings.some((recording) => windowsOf(labels, recording).length > 0))
        say(
          `REPORT_LABELS: ${labelsFile} names no series of these: ${[...labels.keys()].slice(0, 3).join(', ')}; write measurement,tag=value,… or * for all`,
        );
      const title = files.map((name) => basename(name)).join(', ');
      const { series, shown, points, bytes } = orRefuse(file, () =>
        writeReport(place, recordings, { title, labels }),
      );
      const thinned =
        shown < points ? ` (${grouped(shown)} are in the page, all of the alarms among them)` : '';
      say(
        `${file}: ${grouped(series)} series, ${grouped(points)} values${thinned}, ${(bytes / 1e6).toFixed(1)} MB`,
      );
    },
  };
}

function orRefuse<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Refusal('REPORT_UNWRITABLE', `--report ${file}: ${(error as Error).message}`);
  }
}
