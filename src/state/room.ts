/** Room in memory: what is not in use is given up until what comes in has its place under the limit. */
import type { Waiting } from '../waiting.ts';
import { FRAME_BYTES } from './frames.ts';
import type { Hot } from './hot.ts';

/** Records that are staged before it is asked again whether there are too many. */
const SLICE = 256;

/** What is wanted of the memory: usual frames, and larger pages with their bytes together. */
export interface Room {
  readonly frames: number;
  readonly larges: number;
  readonly bytes: number;
}

/** Makes room. Answers false where too much is in use, or can not be given up because the store fails. */
export function* makeRoom(hot: Hot, { frames, larges, bytes }: Room): Waiting<boolean> {
  const { cold } = hot;
  if (cold === undefined) return true;
  const wanted = bytes + hot.frames.growth(frames);
  let shrinks = true;
  for (;;) {
    yield* stage(hot);
    const clean = hot.full;
    const left = hot.limit - hot.bytes - wanted;
    // Columns have grown, or a larger page is to come, and then frames must give their memory back.
    if (shrinks && left < 0 && hot.behind === 0) {
      shrinks = hot.frames.shrink(clean);
      continue;
    }
    const fresh = Math.max(0, Math.floor(left / FRAME_BYTES));
    const fits = hot.frames.free + fresh >= frames && (larges === 0 || left >= 0);
    if (fits && hot.frames.hasPlaces(frames, larges)) return true;
    // A tag set whose record is behind must stay.
    if (hot.behind > 0 || !hot.frames.evict(clean)) return false;
  }
}

/**
 * Makes room for so many more tag sets and series in the columns, and has these grow: they would otherwise, in the middle
 * of what comes in. Memory is given back by whole chunks without a frame in use; where there is none, tag sets go until the
 * columns are long enough as they are. Answers false where that is not possible either.
 */
export function* widen(hot: Hot, moreTagSets: number, moreSeries: number): Waiting<boolean> {
  const tagSets = hot.tagSets.size + moreTagSets;
  const series = hot.table.size + moreSeries;
  const bytes = hot.growth(tagSets, series);
  if (bytes === 0 || hot.cold === undefined) return true;
  for (;;) {
    yield* stage(hot);
    if (hot.bytes + bytes <= hot.limit) break;
    if (hot.behind > 0) return false;
    if (hot.frames.shrink(hot.full)) continue;
    if (hot.holds(hot.tagSets.size + moreTagSets, hot.table.size + moreSeries)) return true;
    if (!hot.frames.evict(hot.full, hot.tagSets)) return false;
  }
  // As many as were counted, though fewer may be left: else the next part would have to make room again.
  hot.reach(tagSets, series);
  return true;
}

/** Stages what must be in the store before anything is given up. A store that fails is tried again, but not waited for. */
function* stage(hot: Hot): Waiting<void> {
  const cold = hot.cold!;
  do {
    hot.saveRecords(SLICE);
    while (hot.full && !(cold.failing && cold.busy)) yield hot.flush() ?? Promise.resolve();
  } while (hot.behind > 0 && !hot.full);
}
