/** Where a report goes: to a file that is new or a report's to replace, and that can be written. */
import { closeSync, lstatSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * The path of the file itself, behind all links. Throws where something stands there that is no file, or one of those
 * that are in use, and where nothing can be written.
 *
 * @param inUse files that are read meanwhile
 */
export function placeOf(file: string, inUse: readonly string[]): string {
  const path = resolve(file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw new Error('it is a directory; give the path of a file');
  if (stat !== undefined && !stat.isFile())
    throw new Error('it is no regular file, and is not replaced; give the path of a file');
  if (stat === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new Error('it is a link to what is not there; give the path of a file');
  const place = stat === undefined ? join(realpathSync(dirname(path)), basename(path)) : realpathSync(path);
  const taken = inUse.find((used) => realPathOf(used) === place);
  if (taken !== undefined)
    throw new Error(`it is ${taken}, which is read, and would be replaced; give another path`);
  const unfinished = unfinishedOf(place);
  closeSync(openSync(unfinished, 'w'));
  rmSync(unfinished);
  return place;
}

/** Where a report is until it is whole. */
export function unfinishedOf(file: string): string {
  return `${file}.${process.pid}`;
}

/** Undefined for what has no path, such as a pipe behind /dev/stdin. */
function realPathOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
