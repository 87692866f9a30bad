/** Room in memory: what is not in use is given up until what comes in has its place under the limit. */
import { growth } from '../column.ts';
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
  const wanted = bytes + growthOf(hot);
  let shrinks = true;
  for (;;) {
    do {
      hot.saveRecords(SLICE);
      // A store that fails is tried again, but not waited for.
      while (hot.full && !(cold.failing && cold.busy)) yield hot.flush() ?? Promise.resolve();
    } while (hot.behind > 0 && !hot.full);
    const clean = hot.full;
    // Columns may have grown, and then frames must give their memory back.
    while (shrinks && hot.behind === 0 && hot.bytes + wanted > hot.limit) shrinks = hot.frames.shrink(clean);
    const left = hot.limit - hot.bytes - wanted;
    const fresh = Math.max(0, Math.floor(left / FRAME_BYTES));
    const fits = hot.frames.free + fresh >= frames && (larges === 0 || left >= 0);
    if (fits && hot.frames.hasPlaces(frames, larges)) return true;
    // A tag set whose record is behind must stay.
    if (hot.behind > 0 || !hot.frames.evict(clean)) return false;
  }
}

/**
 * Bytes by which columns are going to grow soon. They do so in the middle of what comes in, when the room for that has
 * been made; so theirs is kept free from when they are nearly full.
 */
function growthOf({ frames, tagSets, fieldKeys, table, states }: Hot): number {
  const records = growth(tagSets.capacity, tagSets.size);
  const series = table.capacity + growth(table.capacity, table.size);
  let bytes = frames.growth + tagSets.growth + fieldKeys.growth + table.growth(tagSets.size) + records;
  for (const state of states.values()) bytes += state.growth(series);
  return bytes;
}
